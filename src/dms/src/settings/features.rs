//! The cross-key checks of logging, Time Travel, resync, before-images, loopback prevention and
//! Babelfish.

use super::cross::Sight;
use crate::{codes, context::MigrationType, engines::Family};

pub(super) fn check(s: &mut Sight<'_>) {
    if s.is("Logging.EnableLogContext") && !s.is("Logging.EnableLogging") {
        let message = "EnableLogContext needs EnableLogging";
        s.report(&codes::S023, "Logging.EnableLogContext", message);
    }
    time_travel(s);
    resync(s);
    before_image(s);
    loopback(s);
    babelfish(s);
    idle_sections(s);
}

fn time_travel(s: &mut Sight<'_>) {
    use Family as F;
    if !s.is("TTSettings.EnableTT") {
        return;
    }
    let s3 = "TTSettings.TTS3Settings";
    for key in ["BucketName", "ServiceAccessRoleArn"] {
        if s.text(&format!("{s3}.{key}")).is_empty() {
            s.report(&codes::S031, s3, format!("Time Travel needs {key}"));
        }
    }
    let kms = s.text(&format!("{s3}.EncryptionMode")) == "SSE_KMS";
    if kms && s.text(&format!("{s3}.ServerSideEncryptionKmsKeyId")).is_empty() {
        s.report(&codes::S031, s3, "SSE_KMS needs ServerSideEncryptionKmsKeyId");
    }
    let role = s.text(&format!("{s3}.ServiceAccessRoleArn"));
    if !role.is_empty() && !role.ends_with("/dms-tt-s3-access-role") && !role.contains("${") {
        let message = "the role of Time Travel is named dms-tt-s3-access-role";
        s.report(&codes::S031, &format!("{s3}.ServiceAccessRoleArn"), message);
    }
    for (engine, fits, side) in [
        (s.context.source(), &[F::Oracle, F::SqlServer, F::Postgres][..], "source"),
        (s.context.target(), &[F::Postgres, F::Mysql][..], "target"),
    ] {
        if let Some(engine) = engine.filter(|e| !fits.contains(&e.family)) {
            let message = format!("Time Travel does not support {} as a {side}", engine.name);
            s.report(&codes::S031, "TTSettings.EnableTT", message);
        }
    }
    if s.type_is(MigrationType::FullLoad) {
        let message = "a full-load task captures no changes for Time Travel";
        s.report(&codes::S031, "TTSettings.EnableTT", message);
    }
}

fn resync(s: &mut Sight<'_>) {
    if !s.is("ResyncSettings.EnableResync") {
        return;
    }
    let (schedule, most) = ("ResyncSettings.ResyncSchedule", "ResyncSettings.MaxResyncTime");
    match s.context.migration_type {
        Some(MigrationType::FullLoad) => {
            for path in [schedule, most] {
                if s.says(path) {
                    s.report(&codes::S032, path, "a full-load task has no resync schedule");
                }
            }
        }
        Some(_) => {
            for (path, key) in [(schedule, "ResyncSchedule"), (most, "MaxResyncTime")] {
                let empty = path == schedule && s.text(schedule).is_empty();
                if !s.says(path) || empty {
                    let message = format!("a task with change capture needs {key}");
                    s.report(&codes::S032, "ResyncSettings", message);
                }
            }
        }
        None => {}
    }
    let validates = s.is("ValidationSettings.EnableValidation");
    if !validates && s.text("ResyncSettings.ValidationTaskId").is_empty() {
        let message = "resync needs validation in this task, or the ValidationTaskId of another";
        s.report(&codes::S032, "ResyncSettings.ValidationTaskId", message);
    }
    use Family as F;
    let source = s.context.source_is(&[F::Oracle, F::SqlServer]) || s.context.source().is_none();
    let target = s.context.target_is(&[F::Postgres]) || s.context.target().is_none();
    if !source || !target {
        let message = "resync goes from Oracle or SQL Server to PostgreSQL";
        s.report(&codes::S032, "ResyncSettings.EnableResync", message);
    }
    if let Err(message) = cron(&s.text(schedule)) {
        s.report(&codes::S044, schedule, message);
    }
}

/// Checks a schedule of five fields.
fn cron(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != 5 {
        return Err(format!("\"{text}\" has {} fields, not 5", fields.len()));
    }
    let limits = [
        ("minute", 0, 59),
        ("hour", 0, 23),
        ("day of the month", 1, 31),
        ("month", 1, 12),
        ("day of the week", 0, 6),
    ];
    for (field, (name, least, most)) in fields.iter().zip(limits) {
        let items: Vec<&str> = field.split(',').collect();
        if items.len() > 10 {
            return Err(format!("the {name} lists {} items; 10 are allowed", items.len()));
        }
        for item in items {
            let last = item == "L" && name == "day of the month";
            if !last && !cron_item(item, least, most) {
                return Err(format!(
                    "\"{item}\" is no {name}: a number from {least} to {most}, a range, * or */n"
                ));
            }
        }
    }
    Ok(())
}

fn cron_item(item: &str, least: u32, most: u32) -> bool {
    let (base, step) = match item.split_once('/') {
        Some((base, step)) => (base, Some(step)),
        None => (item, None),
    };
    let number = |t: &str| t.parse::<u32>().ok().filter(|n| (least..=most).contains(n));
    let range = base
        .split_once('-')
        .is_some_and(|(a, b)| number(a).zip(number(b)).is_some_and(|(a, b)| a <= b));
    let step_ok = step.is_none_or(|s| s.parse::<u32>().is_ok_and(|n| n > 0));
    step_ok && (base == "*" || range || (step.is_none() && number(base).is_some()))
}

fn before_image(s: &mut Sight<'_>) {
    let enable = "BeforeImageSettings.EnableBeforeImage";
    if !s.is(enable) {
        return;
    }
    if s.text("BeforeImageSettings.FieldName").is_empty() {
        let message = "EnableBeforeImage needs a FieldName";
        s.report(&codes::S033, "BeforeImageSettings.FieldName", message);
    }
    if s.type_is(MigrationType::FullLoad) {
        s.report(&codes::S033, enable, "a full-load task has no before-images");
    }
    let fits = s.context.target_is(&[Family::Kinesis, Family::Kafka]);
    if s.context.target().is_some() && !fits {
        let message = "before-images as a setting are for Kinesis and Kafka targets";
        s.report(&codes::S033, enable, message).hint =
            Some("for other targets use add-before-image-columns in the mappings".to_owned());
    }
}

fn loopback(s: &mut Sight<'_>) {
    let section = "LoopbackPreventionSettings";
    if !s.is(&format!("{section}.EnableLoopbackPrevention")) {
        return;
    }
    for key in ["SourceSchema", "TargetSchema"] {
        if s.text(&format!("{section}.{key}")).is_empty() {
            s.report(&codes::S038, section, format!("loopback prevention needs {key}"));
        }
    }
}

fn babelfish(s: &mut Sight<'_>) {
    if !s.context.target_is(&[Family::Babelfish]) {
        return;
    }
    let prep = "FullLoadSettings.TargetTablePrepMode";
    if s.text(prep) != "DO_NOTHING" {
        let message = "Babelfish targets need TargetTablePrepMode DO_NOTHING";
        s.report(&codes::S039, prep, message);
    }
    let key = "FullLoadSettings.CreatePkAfterFullLoad";
    if s.is(key) {
        s.report(&codes::S039, key, "Babelfish targets need CreatePkAfterFullLoad false");
    }
}

/// Settings that the migration type leaves without work.
fn idle_sections(s: &mut Sight<'_>) {
    let (paths, what): (&[&str], &str) = match s.context.migration_type {
        Some(MigrationType::FullLoad) => (
            &[
                "TargetMetadata.BatchApplyEnabled",
                "ControlTablesSettings.HistoryTableEnabled",
                "ControlTablesSettings.StatusTableEnabled",
                "ControlTablesSettings.SuspendedTablesTableEnabled",
            ],
            "a full-load task applies no changes",
        ),
        Some(MigrationType::Cdc) => {
            (&["FullLoadSettings.CreatePkAfterFullLoad"], "a cdc task loads no tables")
        }
        _ => return,
    };
    for path in paths {
        if s.says(path) && s.is(path) {
            s.report(&codes::S048, path, what);
        }
    }
}
