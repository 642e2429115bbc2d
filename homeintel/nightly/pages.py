"""Makes the HTML pages beside the running kernels: one worker, so that a second core is used and memory stays small."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from homeintel.nightly.redact import redact
from homeintel.report.pages import write_page


class PageWorker:
    """Converts executed notebooks in the order given.

    Args:
        folder: where the pages go.
        plotly_js: plotly.js relative to a page.
        secrets: values that must not stand in a problem's text.
    """

    def __init__(self, folder: Path, plotly_js: str, secrets: tuple[str, ...]) -> None:
        self._folder = folder
        self._plotly_js = plotly_js
        self._secrets = secrets
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pages")
        self._pages: list[tuple[str, Future[None]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)

    def add(self, notebook: Path) -> str:
        """Take a notebook and return its page's name."""
        page = notebook.with_suffix(".html").name
        title = notebook.stem.partition("_")[2].replace("_", " ").capitalize()
        future = self._pool.submit(write_page, notebook, self._folder / page, title=title, plotly_js=self._plotly_js)
        self._pages.append((page, future))
        return page

    def problems(self) -> tuple[str, ...]:
        """Wait for all pages and return a sentence about each that failed."""
        found = []
        for page, future in self._pages:
            error = future.exception()
            if error is not None:
                found.append(
                    redact(f"The page {page} could not be made ({type(error).__name__}: {error}).", self._secrets)
                )
        return tuple(found)
