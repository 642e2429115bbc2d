-- The public tables. Times are TIMESTAMPTZ; minutes of the day are local to the home.
CREATE TABLE job_runs (
    run_id VARCHAR NOT NULL,
    params_file VARCHAR NOT NULL,
    window_start TIMESTAMPTZ NOT NULL,
    window_end TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    status VARCHAR NOT NULL CHECK (status IN ('running', 'succeeded', 'partial', 'failed')),
    superseded BOOLEAN NOT NULL DEFAULT FALSE,
    points_read BIGINT,
    events_kept BIGINT,
    message VARCHAR,
    version VARCHAR NOT NULL
);
CREATE TABLE job_phases (
    run_id VARCHAR NOT NULL,
    phase VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('succeeded', 'degraded', 'failed', 'skipped')),
    started_at TIMESTAMPTZ NOT NULL,
    seconds DOUBLE NOT NULL,
    peak_memory_mb DOUBLE,
    rows_written BIGINT NOT NULL,
    reason VARCHAR NOT NULL
);
CREATE TABLE devices (
    ieee_address VARCHAR NOT NULL,
    base_topic VARCHAR NOT NULL,
    friendly_name VARCHAR NOT NULL,
    manufacturer VARCHAR,
    model VARCHAR,
    description VARCHAR,
    type VARCHAR NOT NULL,
    power_source VARCHAR,
    software_build_id VARCHAR,
    disabled BOOLEAN NOT NULL,
    supported BOOLEAN NOT NULL,
    interview_state VARCHAR,
    area VARCHAR,
    last_seen TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL,
    left_at TIMESTAMPTZ,
    checked_at TIMESTAMPTZ,
    definition_hash VARCHAR,
    definition_source VARCHAR,
    available BOOLEAN,
    members JSON,
    options JSON
);
CREATE TABLE device_capabilities (
    ieee_address VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    property VARCHAR,
    endpoint VARCHAR,
    name VARCHAR,
    kind VARCHAR NOT NULL,
    access UTINYINT NOT NULL,
    category VARCHAR,
    unit VARCHAR,
    value_min DOUBLE,
    value_max DOUBLE,
    value_step DOUBLE,
    "values" JSON,
    presets JSON,
    parent VARCHAR,
    label VARCHAR,
    description VARCHAR,
    origin VARCHAR NOT NULL CHECK (origin IN ('expose', 'option')),
    updated_at TIMESTAMPTZ NOT NULL,
    container JSON,
    raw JSON
);
CREATE TABLE entities (
    entity_id VARCHAR NOT NULL,
    ieee_address VARCHAR NOT NULL,
    path VARCHAR,
    property VARCHAR,
    attribute VARCHAR,
    component VARCHAR NOT NULL,
    unique_id VARCHAR,
    enabled BOOLEAN NOT NULL,
    source VARCHAR NOT NULL CHECK (source IN ('discovery', 'registry', 'guessed')),
    name VARCHAR
);
CREATE TABLE reported_values (
    ieee_address VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    value VARCHAR,
    source VARCHAR NOT NULL CHECK (source IN ('zigbee2mqtt', 'homeassistant')),
    since TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ,
    readings BIGINT NOT NULL
);
CREATE TABLE events (
    ts TIMESTAMPTZ NOT NULL,
    entity_id VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    previous VARCHAR,
    value DOUBLE,
    cause VARCHAR NOT NULL CHECK (cause IN ('person', 'automation', 'device', 'restart', 'unknown')),
    cause_reason VARCHAR,
    cause_entity_id VARCHAR,
    source VARCHAR NOT NULL
);
CREATE TABLE attribute_changes (
    ts TIMESTAMPTZ NOT NULL,
    entity_id VARCHAR NOT NULL,
    attribute VARCHAR NOT NULL,
    value VARCHAR
);
CREATE TABLE measurements (
    ts TIMESTAMPTZ NOT NULL,
    entity_id VARCHAR NOT NULL,
    last DOUBLE NOT NULL,
    min DOUBLE NOT NULL,
    max DOUBLE NOT NULL,
    count BIGINT NOT NULL
);
CREATE TABLE gaps (
    entity_id VARCHAR,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    reason VARCHAR NOT NULL CHECK (reason IN ('unavailable', 'restart', 'no_data'))
);
CREATE TABLE event_days (
    source VARCHAR NOT NULL,
    day DATE NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    points_read BIGINT NOT NULL,
    rows_kept BIGINT NOT NULL,
    cleaning_version INTEGER NOT NULL,
    seconds DOUBLE,
    cleaning JSON
);
CREATE TABLE patterns (
    run_id VARCHAR NOT NULL,
    pattern_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('time_of_day', 'sun', 'co_occurrence')),
    entity_id VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    trigger_entity_id VARCHAR,
    trigger_state VARCHAR,
    conditions JSON,
    days VARCHAR NOT NULL,
    minute_of_day DOUBLE,
    spread_minutes DOUBLE,
    sun_event VARCHAR CHECK (sun_event IN ('sunrise', 'sunset')),
    offset_minutes DOUBLE,
    lag_seconds DOUBLE,
    lag_p90_seconds DOUBLE,
    occurrences BIGINT NOT NULL,
    opportunities BIGINT NOT NULL,
    confidence DOUBLE NOT NULL,
    confidence_low DOUBLE NOT NULL,
    confidence_high DOUBLE NOT NULL,
    expected DOUBLE NOT NULL,
    lift DOUBLE,
    p_value DOUBLE NOT NULL,
    q_value DOUBLE NOT NULL,
    already_automated BOOLEAN NOT NULL,
    undone BIGINT,
    first_seen TIMESTAMPTZ,
    last_seen TIMESTAMPTZ,
    evidence JSON
);
CREATE TABLE anomalies (
    run_id VARCHAR NOT NULL,
    anomaly_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN (
        'silent', 'stuck', 'unusual_time', 'missed_routine', 'level', 'rate', 'undone_automation', 'away')),
    entity_id VARCHAR,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    score DOUBLE NOT NULL,
    expected VARCHAR,
    observed VARCHAR,
    detail JSON
);
CREATE TABLE device_feature_usage (
    run_id VARCHAR NOT NULL,
    ieee_address VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    property VARCHAR,
    verdict VARCHAR NOT NULL CHECK (verdict IN ('used', 'constant', 'never_seen', 'not_observable', 'unsupported')),
    changes BIGINT NOT NULL,
    distinct_values BIGINT NOT NULL,
    last_changed TIMESTAMPTZ,
    settable BOOLEAN NOT NULL,
    evidence JSON,
    feature VARCHAR,
    usable BOOLEAN,
    usefulness DOUBLE
);
CREATE TABLE feature_opportunities (
    run_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    opportunity JSON NOT NULL
);
CREATE TABLE suggestions (
    run_id VARCHAR NOT NULL,
    suggestion_id VARCHAR NOT NULL,
    rank INTEGER NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('pattern', 'feature', 'hybrid', 'anomaly')),
    title VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    entity_ids VARCHAR[] NOT NULL,
    ieee_addresses VARCHAR[] NOT NULL,
    pattern_id VARCHAR,
    path VARCHAR,
    confidence DOUBLE NOT NULL,
    impact DOUBLE NOT NULL,
    score DOUBLE NOT NULL,
    automation_yaml VARCHAR,
    action_payload JSON,
    backtest JSON,
    status VARCHAR NOT NULL CHECK (status IN ('new', 'repeated', 'accepted', 'dismissed', 'snoozed', 'resolved')),
    first_suggested TIMESTAMPTZ NOT NULL,
    wording VARCHAR NOT NULL CHECK (wording IN ('template', 'llm')),
    confidence_low DOUBLE,
    confidence_high DOUBLE,
    effort DOUBLE,
    caveats VARCHAR[],
    evidence JSON,
    evidence_count BIGINT
);
CREATE TABLE feedback (
    suggestion_id VARCHAR NOT NULL,
    answer VARCHAR NOT NULL CHECK (answer IN ('accept', 'dismiss', 'snooze')),
    until DATE,
    given_at TIMESTAMPTZ NOT NULL,
    source VARCHAR NOT NULL,
    evidence_count BIGINT
);
CREATE TABLE wordings (
    content_hash VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    title VARCHAR,
    description VARCHAR,
    rejected VARCHAR,
    tokens_input BIGINT NOT NULL,
    tokens_output BIGINT NOT NULL,
    cost DOUBLE NOT NULL
);
CREATE TABLE outbox (
    message_id VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    payload VARCHAR NOT NULL,
    qos UTINYINT NOT NULL,
    retain BOOLEAN NOT NULL,
    position INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ
);
CREATE TABLE published (
    topic VARCHAR NOT NULL,
    payload VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    delivered_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE detection_funnel (
    run_id VARCHAR NOT NULL,
    detector VARCHAR NOT NULL,
    step VARCHAR NOT NULL,
    candidates BIGINT NOT NULL,
    example VARCHAR,
    position INTEGER NOT NULL DEFAULT 0
);
