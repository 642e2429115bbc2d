(function () {
  // A chart's greys are those of paper; at night each is replaced. Its other colours read well on both.
  var NIGHT = { "#ffffff": "#191f26", "#222222": "#e7eaee", "#222": "#e7eaee", "#dddddd": "#2f3842", "#8a8a8a": "#7d8793", "#7A7A7A": "#a7b0ba", "#0072B2": "#3d9bdb" };
  var MOST_ROWS = 1000;
  var TYPES = { f8: Float64Array, f4: Float32Array, i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array };
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function dyed(value) {
    if (typeof value === "string") return NIGHT[value] || value;
    if (Array.isArray(value)) return value.map(dyed);
    if (value && typeof value === "object") {
      var copy = {};
      Object.keys(value).forEach(function (key) { copy[key] = key === "bdata" ? value[key] : dyed(value[key]); });
      return copy;
    }
    return value;
  }
  function figureOf(place) { return JSON.parse(document.querySelector('script.figure[data-place="' + place + '"]').textContent); }
  function draw(printing) {
    document.querySelectorAll("script.figure").forEach(function (source) {
      var figure = figureOf(source.dataset.place);
      if (dark.matches && printing !== true) figure = dyed(figure);
      Plotly.react(source.dataset.place, figure.data, figure.layout, { responsive: true, displaylogo: false, displayModeBar: false });
    });
  }
  // The numbers of a chart, as a table that is made when it is asked for.
  function plain(text) { return String(text).replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&"); }
  function listOf(values) {
    if (values && values.bdata) {
      var bytes = Uint8Array.from(atob(values.bdata), function (letter) { return letter.charCodeAt(0); });
      return Array.from(new TYPES[values.dtype](bytes.buffer));
    }
    return values || [];
  }
  function rowsOf(trace) {
    var along = listOf(trace.x || trace.theta), upwards = listOf(trace.y || trace.r), name = trace.name || "";
    if (trace.type === "heatmap") {
      return listOf(trace.z).flatMap(function (line, row) { return Array.from(line).map(function (value, column) { return [along[column], upwards[row], value]; }); });
    }
    return Array.from(along).map(function (value, row) { return [name, value, upwards[row]]; });
  }
  function title(axis, other) { return (axis && axis.title && axis.title.text) || other; }
  function tableOf(figure, caption) {
    var heat = figure.data.some(function (trace) { return trace.type === "heatmap"; });
    var along = title(figure.layout.xaxis, "along"), upwards = title(figure.layout.yaxis, "upwards");
    var rows = figure.data.flatMap(rowsOf).filter(function (row) { return row[1] !== null && row[1] !== undefined; });
    var table = document.createElement("table");
    table.createCaption().textContent = plain(caption) + (rows.length > MOST_ROWS ? " (the first " + MOST_ROWS + " of " + rows.length + " rows)" : "");
    var head = table.createTHead().insertRow();
    (heat ? [along, upwards, "value"] : ["series", along, upwards]).forEach(function (name) {
      var cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = plain(name);
      head.appendChild(cell);
    });
    var body = table.createTBody();
    rows.slice(0, MOST_ROWS).forEach(function (row) {
      var line = body.insertRow();
      row.forEach(function (value) { line.insertCell().textContent = value === null || value === undefined ? "" : plain(value); });
    });
    return table;
  }
  document.querySelectorAll("details.numbers").forEach(function (part) {
    part.addEventListener("toggle", function () {
      if (!part.open || part.querySelector("table")) return;
      var figure = figureOf(part.dataset.of), caption = (figure.layout.title && figure.layout.title.text) || "Chart";
      var frame = document.createElement("div");
      frame.className = "table";
      frame.tabIndex = 0;
      frame.setAttribute("role", "group");
      frame.setAttribute("aria-label", plain(caption) + ": numbers");
      frame.appendChild(tableOf(figure, caption));
      part.appendChild(frame);
    });
  });
  if (window.Plotly) {
    draw();
    dark.addEventListener("change", draw);
    addEventListener("beforeprint", function () { draw(true); });
    addEventListener("afterprint", draw);
  }
  document.querySelectorAll(".code_cell > .input").forEach(function (part) { part.classList.add("code-input"); });
  document.querySelectorAll("main pre").forEach(function (part) { part.tabIndex = 0; });
  document.getElementById("code").addEventListener("click", function () {
    var shown = document.body.classList.toggle("show-code");
    this.setAttribute("aria-pressed", shown);
  });
})();
