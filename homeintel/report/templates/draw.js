(function () {
  // A chart's greys are those of paper; at night each is replaced. Its other colours read well on both.
  var NIGHT = { "#ffffff": "#191f26", "#222222": "#e7eaee", "#222": "#e7eaee", "#dddddd": "#2f3842", "#8a8a8a": "#7d8793", "#7A7A7A": "#a7b0ba", "#0072B2": "#3d9bdb" };
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
  function draw(printing) {
    document.querySelectorAll("script.figure").forEach(function (source) {
      var figure = JSON.parse(source.textContent);
      if (dark.matches && printing !== true) figure = dyed(figure);
      Plotly.react(source.dataset.place, figure.data, figure.layout, { responsive: true, displaylogo: false, displayModeBar: false });
    });
  }
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
