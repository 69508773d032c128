//! H032x: saved plans.

use super::{Code, Entry};

/// A file is no saved plan that this host can use.
pub const NO_PLAN: Code = Code(320);
/// A saved plan is not as it was saved.
pub const EDITED: Code = Code(321);
/// Something moved since the plan was saved.
pub const MOVED: Code = Code(322);
/// Another recipe than was planned.
pub const RECIPE: Code = Code(323);
/// Another argument than was planned.
pub const PARAMETER: Code = Code(324);
/// Another target than was planned.
pub const PLACE: Code = Code(325);
/// AWS has something else than when it was planned.
pub const STATE: Code = Code(326);
/// The same beginnings come to another plan.
pub const OTHER_PLAN: Code = Code(327);
/// The ARN of a secret has to be given again.
pub const SECRET: Code = Code(328);
/// A plan cannot be saved.
pub const UNSAVED: Code = Code(329);

/// All of this table.
pub const ALL: &[Entry] = &[
    Entry {
        code: NO_PLAN,
        title: "a file is no saved plan that this host can use",
        meaning: "An argument of `host run` that ends in `.json` is a plan that `host plan -o` saved. The file cannot be read, is cut off, is something else, or was saved by a version of host with another form of it.",
        remedy: "Make one with `host plan … -o plan.json`, with the version of host that runs it. Files of parameters go with `--params`.",
    },
    Entry {
        code: EDITED,
        title: "a saved plan is not as it was saved",
        meaning: "A saved plan carries a digest of itself, so that what was looked at is what is applied. A plan is changed by changing what it is made from.",
        remedy: "Change the recipe, its parameters or the target, and plan again with `-o`.",
    },
    Entry {
        code: MOVED,
        title: "something moved since the plan was saved",
        meaning: "A saved plan is made again before it is applied, from the same arguments. Where a recipe, a parameter, the target or what AWS has is not what it was, somebody agreed to something else, and nothing is changed. Everything that moved is named.",
        remedy: "Plan again with `-o`, and look at it.",
    },
    Entry {
        code: RECIPE,
        title: "another recipe than was planned",
        meaning: "The digest of the recipe's bytes is part of a saved plan. A recipe that was built anew is another one, also where it says the same.",
        remedy: "Take the same file as for the plan, or plan again with `-o`.",
    },
    Entry {
        code: PARAMETER,
        title: "another argument than was planned",
        meaning: "What a recipe was told is part of a saved plan, of secrets a digest. What was given by `--set` is in the plan; the rest is read again from `host.toml`, the files of `--params` and the recipe's defaults.",
        remedy: "Put the value back, or plan again with `-o`.",
    },
    Entry {
        code: PLACE,
        title: "another target than was planned",
        meaning: "Region, account, cluster, stack, subnets, security groups and role are part of a saved plan.",
        remedy: "Put `[target]` of `host.toml` back, take the same credentials, or plan again with `-o`.",
    },
    Entry {
        code: STATE,
        title: "AWS has something else than when it was planned",
        meaning: "A saved plan holds what AWS had, without what moves by itself: events, how many tasks run, deployments, registered instances. Somebody else changed, made or deleted one of the objects since; or a run of the same plan did, and was stopped before its end.",
        remedy: "Plan again with `-o`: the new plan shows what it makes of it.",
    },
    Entry {
        code: OTHER_PLAN,
        title: "the same beginnings come to another plan",
        meaning: "Nothing that a saved plan was made from moved, and what comes of it is different all the same: another version of host plans it, or tasks that were not there when it was planned would lose their data now.",
        remedy: "Plan again with `-o`, with the version of host that runs it.",
    },
    Entry {
        code: SECRET,
        title: "the ARN of a secret has to be given again",
        meaning: "A saved plan holds no ARN of a secret, so that it can be handed around. Those that were given by `--set` are given again when it is run, and compared with the plan by their digest.",
        remedy: "`host run plan.json --set NAME=ARN`; or name the secret in `host.toml`, and plan again.",
    },
    Entry {
        code: UNSAVED,
        title: "a plan cannot be saved",
        meaning: "Whether the file of `-o` can be written is seen before anything else is done. A plan is not saved either where the ARN of a secret would be in it, because it was also given as a plain value.",
        remedy: "Name a file in a folder that you can write to; give the ARN to secret parameters only.",
    },
];
