"""The one error tree of homeintel. Every error says what happened, what was kept and what to do next.

HomeintelError
+-- SettingsError              the params file, a secret, a time zone
+-- StoreError                 the DuckDB file
|   +-- StoreLockedError       another process holds it (says which)
|   +-- StoreNotADatabaseError the file is something else
|   +-- StoreVersionError      written by a newer homeintel
|   `-- StoreUnwritableError   folder, permission or disk
+-- BridgeError                Zigbee2MQTT's broker and payloads
|   +-- BrokerUnreachableError
|   +-- BrokerRefusedError     password, certificate, rights
|   +-- BridgeSilentError      no retained `bridge/devices`
|   `-- PayloadError           a payload that is not what its topic promises
+-- EventSourceError           InfluxDB, recorder, files
|   +-- SourceUnavailableError temporary: worth another try
|   `-- SourceRefusedError     permanent: password, unknown database, wrong schema
+-- AnalysisError              an input table that does not hold what its columns promise
+-- SuggestionError            an automation that would not be valid, an unknown id in feedback
|   `-- WordingError           the optional language model
+-- PublishError               the run's message could not be delivered
`-- NightError                 the run itself
    +-- AlreadyRunningError
    +-- PhaseTimeoutError
    +-- KernelDiedError
    +-- ReportFolderError
    `-- ReportPageError        a page could not be made from what the night found
"""


class HomeintelError(Exception):
    """What happened, what was kept, and what to do next.

    Args:
        happened: one sentence, without any secret.
        kept: what survived, one sentence; empty when nothing was at stake.
        next_step: what the reader can do about it, one sentence.
    """

    def __init__(self, happened: str, *, kept: str = "", next_step: str = "") -> None:
        super().__init__(happened)
        self.happened = happened
        self.kept = kept
        self.next_step = next_step

    def __str__(self) -> str:
        return " ".join(part for part in (self.happened, self.kept, self.next_step) if part)


class SettingsError(HomeintelError):
    """The params file, or a secret it names, can't be used."""


class StoreError(HomeintelError):
    """The database can't be used."""


class StoreLockedError(StoreError):
    """Another process holds the database file."""


class StoreNotADatabaseError(StoreError):
    """The file at the database's path is not a DuckDB database."""


class StoreVersionError(StoreError):
    """The database was written by a newer homeintel."""


class StoreUnwritableError(StoreError):
    """The database's folder can't be written, or the disk is full."""


class BridgeError(HomeintelError):
    """Zigbee2MQTT could not be read."""


class BrokerUnreachableError(BridgeError):
    """No broker answers at the address."""


class BrokerRefusedError(BridgeError):
    """The broker refused the connection, the certificate or the subscription."""


class BridgeSilentError(BridgeError):
    """The broker answered but holds no retained `bridge/devices`."""


class PayloadError(BridgeError):
    """A payload is not what its topic promises."""


class EventSourceError(HomeintelError):
    """The event history could not be read."""


class SourceUnavailableError(EventSourceError):
    """Temporary: the source does not answer now; worth another try.

    `retry_after` is how many seconds the source asked to wait, if it did.
    """

    retry_after: float | None = None


class SourceRefusedError(EventSourceError):
    """Permanent: wrong password, unknown database, a schema that is not Home Assistant's."""


class AnalysisError(HomeintelError):
    """An input table does not hold what its columns promise."""


class SuggestionError(HomeintelError):
    """An automation would not be valid, or a suggestion's id is unknown."""


class WordingError(SuggestionError):
    """The optional language model gave nothing usable."""


class PublishError(HomeintelError):
    """A message could not be delivered."""


class NightError(HomeintelError):
    """The run itself could not go on."""


class AlreadyRunningError(NightError):
    """Another night is running on the same database."""


class PhaseTimeoutError(NightError):
    """A phase went over its time limit."""


class KernelDiedError(NightError):
    """A notebook's kernel ended before its last cell."""


class ReportFolderError(NightError):
    """The report folder can't be written."""


class ReportPageError(NightError):
    """A page could not be made from what the night found."""
