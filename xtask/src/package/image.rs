//! The image for containers: made and looked into by buildah, and started as a container would be.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::results::{can_be_tried, fresh_folder, results, tell};
use super::rooted::Rooted;
use super::trial::Trial;
use crate::say::Task;
use crate::setup::{self, Machine};
use crate::shell::Cmd;

/// Makes the image around a server, and tries it.
pub(super) fn package(machine: &Machine, server: &Path) -> Result<()> {
    let builder = Builder::new(machine)?;
    let context = fresh_folder(machine, "context")?;
    fs::copy(server, context.join("echoclock")).context("the server can't be copied")?;
    let recipe = machine.project.root.join("deploy/Containerfile");
    let build = builder.trusting("bud");
    let build = build.args(["--isolation=chroot", "--format=docker", "--tag", TAG, "--file"]);
    let build = build.path(&recipe).path(&context);
    let task = Task::start(NAME, &build.to_string());
    machine.shell.run(&build, &task)?;

    let image = Image::read(&builder.told(&["inspect", "--type=image", TAG])?)?;
    image.judge()?;
    let file = results(machine).join("echoclock-image.tar");
    // An archive that is there is not written over.
    let _ = fs::remove_file(&file);
    let archive = format!("docker-archive:{}:{TAG}", file.display());
    machine.shell.run(&builder.trusting("push").args([TAG.to_owned(), archive]), &task)?;
    task.done();
    tell(NAME, &file)?;
    if can_be_tried(machine, NAME) { tried(machine, &builder, image) } else { Ok(()) }
}

fn tried(machine: &Machine, builder: &Builder, image: Image) -> Result<()> {
    let task = Task::start(NAME, "starts it as a container would be");
    let from = builder.trusting("from").args(["--pull-never", TAG]);
    let container = builder.answer(&from)?;
    let root = PathBuf::from(builder.told(&["mount", &container])?);
    let listed = fs::read_dir(&root).with_context(|| format!("{root:?} can't be read"))?;
    let files = listed.map(|entry| Ok(entry?.file_name())).collect::<Result<Vec<_>>>()?;
    ensure!(files == ["echoclock"], "the image holds more than the program: {files:?}");
    let Image { user, variables, command, health } = image;
    let trial = Trial {
        rooted: Rooted::new(machine, &root, &user, variables)?,
        serve: command,
        health,
        notifies: false,
        log: results(machine).join("image.log"),
    };
    trial.run()?;
    task.done();
    Ok(())
}

/// buildah with a storage of its own, which begins empty.
struct Builder<'a> {
    machine: &'a Machine<'a>,
    start: Cmd,
    policy: PathBuf,
}

impl<'a> Builder<'a> {
    fn new(machine: &'a Machine<'a>) -> Result<Self> {
        let start = setup::buildah(machine.shell, machine.project).context("buildah has gone")?;
        let storage = fresh_folder(machine, "storage")?;
        let policy = storage.join("policy.json");
        fs::write(&policy, POLICY).context("what buildah trusts can't be written")?;
        let start = start.arg("--storage-driver=vfs").arg("--root").path(&storage.join("root"));
        let start = start.arg("--runroot").path(&storage.join("run"));
        Ok(Self { machine, start, policy })
    }

    /// Begins a command that is to trust the images that it is about.
    fn trusting(&self, command: &str) -> Cmd {
        self.start.clone().arg(command).arg("--signature-policy").path(&self.policy)
    }

    /// What it answers.
    fn told(&self, arguments: &[&str]) -> Result<String> {
        self.answer(&self.start.clone().args(arguments.iter().copied()))
    }

    fn answer(&self, ask: &Cmd) -> Result<String> {
        let answer = self.machine.shell.ask(ask);
        let answer = answer.filter(|answer| answer.ok && !answer.out.is_empty());
        answer.map(|answer| answer.out).with_context(|| format!("`{ask}` tells nothing"))
    }
}

/// What a container is told by its image.
#[derive(Debug, Eq, PartialEq)]
struct Image {
    user: String,
    variables: Vec<(String, String)>,
    command: Vec<String>,
    health: Vec<String>,
}

impl Image {
    /// Reads what `buildah inspect` tells.
    fn read(inspected: &str) -> Result<Self> {
        let inspected: Value = serde_json::from_str(inspected).context("buildah tells no JSON")?;
        let config = &inspected["Docker"]["config"];
        let words = |value: &Value| -> Vec<String> {
            let words = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            words.map(str::to_owned).collect()
        };
        let variables = words(&config["Env"]);
        let variables = variables.iter().filter_map(|variable| variable.split_once('='));
        let health = words(&config["Healthcheck"]["Test"]);
        Ok(Self {
            user: config["User"].as_str().unwrap_or_default().to_owned(),
            variables: variables.map(|(name, value)| (name.into(), value.into())).collect(),
            command: [words(&config["Entrypoint"]), words(&config["Cmd"])].concat(),
            // Its first word says that the others are no shell's.
            health: health.strip_prefix(&["CMD".to_owned()]).unwrap_or_default().to_vec(),
        })
    }

    /// Fails where it would have a container be what none has to be.
    fn judge(&self) -> Result<()> {
        let (uid, gid) = self.user.split_once(':').unwrap_or((&self.user, ""));
        let is_number = |id: &str| id.parse::<u32>().is_ok_and(|id| id != 0);
        // By a number it shows without any file of names that it is not root.
        ensure!(is_number(uid) && is_number(gid), "the image runs as {:?}", self.user);
        let own = ["/echoclock".to_owned(), "health".to_owned()];
        ensure!(self.health == own, "the image's health is told by {:?}", self.health);
        ensure!(self.command == ["/echoclock", "serve"], "the image starts {:?}", self.command);
        Ok(())
    }
}

const NAME: &str = "image";
const TAG: &str = "echoclock";

/// Nothing is fetched that could be signed.
const POLICY: &str = r#"{"default":[{"type":"insecureAcceptAnything"}]}"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn image(user: &str, test: &[&str]) -> Image {
        let told = serde_json::json!({ "Docker": { "config": {
            "User": user,
            "Env": ["PATH=/bin", "ECHOCLOCK_LISTEN=0.0.0.0:3000"],
            "Entrypoint": ["/echoclock"],
            "Cmd": ["serve"],
            "Healthcheck": { "Test": test },
        } } });
        Image::read(&told.to_string()).unwrap()
    }

    #[test]
    fn an_image_has_nobodys_rights_and_tells_its_own_health() {
        let own = ["CMD", "/echoclock", "health"];
        let whole = image("65532:65532", &own);
        assert_eq!(whole.command, ["/echoclock", "serve"]);
        assert_eq!(whole.variables[1], ("ECHOCLOCK_LISTEN".into(), "0.0.0.0:3000".into()));
        whole.judge().unwrap();
        for (user, test) in [
            ("", &own[..]),
            ("0:0", &own),
            ("65532", &own),
            ("65532:0", &own),
            ("nobody:nogroup", &own),
            ("65532:65532", &[]),
            ("65532:65532", &["NONE"]),
            ("65532:65532", &["CMD-SHELL", "/echoclock health"]),
        ] {
            assert!(image(user, test).judge().is_err(), "{user} {test:?}");
        }
    }

    #[test]
    fn the_recipe_takes_the_program_and_nothing_else() {
        let recipe = include_str!("../../../deploy/Containerfile");
        let lines = |word: &str| -> Vec<_> {
            let lines = recipe.lines().filter_map(|line| line.strip_prefix(word));
            lines.map(str::trim).collect()
        };
        assert_eq!(lines("FROM "), ["scratch"]);
        assert_eq!(lines("COPY "), ["--chmod=0555 echoclock /echoclock"]);
        assert_eq!(lines("USER "), ["65532:65532"]);
        assert!(lines("RUN ").is_empty() && lines("ADD ").is_empty());
        let health = lines("HEALTHCHECK ");
        assert!(health[0].ends_with("CMD [\"/echoclock\", \"health\"]"), "{health:?}");
    }
}
