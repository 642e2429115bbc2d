document.addEventListener("click", function (event) {
  var button = event.target.closest("button.copy");
  if (!button) return;
  var text = document.getElementById(button.getAttribute("aria-controls"));
  function told(word) {
    button.textContent = word;
    document.getElementById("told").textContent = word;
    setTimeout(function () { button.textContent = "Copy"; }, 2000);
  }
  function byHand() {
    var range = document.createRange();
    range.selectNodeContents(text);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    told(document.execCommand("copy") ? "Copied" : "Selected");
  }
  if (navigator.clipboard) navigator.clipboard.writeText(text.textContent).then(function () { told("Copied"); }, byHand);
  else byHand();
});
