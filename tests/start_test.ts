import { assertEquals, assertMatch, assertStringIncludes } from "./assert.ts";
import { MeshSession } from "./mesh_client.ts";
import { AgentProcess, ANY_PORT, edgemesh, type Outcome, TemporaryFolder } from "./processes.ts";

/** Starts an agent that cannot start. */
function startAgent(dataDir: string, ...flags: readonly string[]): Promise<Outcome> {
  return edgemesh(["agent", "--grpc", ANY_PORT, "--http", ANY_PORT, "--data-dir", dataDir, ...flags]);
}

/** One line on standard error, nothing on standard output. */
function assertRefused(outcome: Outcome, code: number, message: string): void {
  assertEquals(outcome, { code, stdout: "", stderr: `edgemesh: ${message}\n` });
}

function modeOf(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
}

const filesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("wrong usage of the agent ends with exit code 2 and one line that names it", async (t) => {
  using folder = new TemporaryFolder();
  const config = (name: string, text: string) => folder.write(name, text);
  const unknownKey = config("unknown_key.json", '{"grcp": ":0"}');
  const wrongType = config("wrong_type.json", '{"allow": 5}');
  const wrongValue = config("wrong_value.json", '{"auth": "maybe"}');
  const notJson = config("not_json.json", '{"grpc": ');
  const data = folder.file("data");
  const cases: [what: string, flags: string[], message: string][] = [
    ["an unknown flag, with the nearest name", ["--jion", "x"], "unknown flag --jion (did you mean --join?)"],
    ["a port that is none", ["--http", "127.0.0.1:99999"], '--http "127.0.0.1:99999": port must be 0 to 65535'],
    ["a flag of a later part", ["--tls-cert", "cert.pem"], "--tls-cert is not available yet"],
    ["an unknown key in the config file", ["--config", unknownKey], 'unknown key "grcp" (did you mean grpc?)'],
    ["a wrong type in the config file", ["--config", wrongType], '"allow" must be a list of strings, not a number'],
    ["a wrong value in the config file", ["--config", wrongValue], `"auth" in ${wrongValue} "maybe": `],
    ["a config file that is not JSON", ["--config", notJson], "not JSON"],
    ["a config file that is not there", ["--config", `${data}.json`], "no such file"],
  ];
  await Promise.all(cases.map(([what, flags, message]) =>
    t.step({
      name: what,
      sanitizeOps: false,
      sanitizeResources: false,
      sanitizeExit: false,
      fn: async () => {
        const { code, stdout, stderr } = await startAgent(data, ...flags);
        assertEquals({ code, stdout }, { code: 2, stdout: "" });
        assertMatch(stderr, /^edgemesh: .*\n$/);
        assertStringIncludes(stderr, message);
      },
    })
  ));
  assertEquals(filesIn(folder.path).includes("data"), false, "a data folder was made");
});

Deno.test("what is in an agent's way is said in one line, with exit code 1", async (t) => {
  using folder = new TemporaryFolder();
  await using other = await AgentProcess.start();
  const file = folder.write("a_file", "");
  const data = folder.file("data");

  await t.step("the gRPC port is in use", async () => {
    const wanted = other.ready.grpc;
    assertRefused(
      await startAgent(data, "--grpc", wanted),
      1,
      `Cannot listen on ${wanted}: the port is in use; stop what uses it, or choose another with --grpc`,
    );
  });

  await t.step("the HTTP port is in use", async () => {
    const wanted = other.ready.http;
    assertRefused(
      await startAgent(data, "--http", wanted),
      1,
      `Cannot listen on ${wanted}: the port is in use; stop what uses it, or choose another with --http`,
    );
  });

  await t.step("the shared folder does not exist, and nothing half-made stays behind", async () => {
    const share = folder.file("nowhere");
    const own = folder.file("own");
    assertRefused(
      await startAgent(own, "--share", share),
      1,
      `Cannot share folder ${share}: it does not exist; name another with --share`,
    );
    assertEquals(filesIn(own).filter((name) => name.includes(".tmp")), []);
  });

  await t.step("another agent uses the data folder", async () => {
    assertRefused(
      await startAgent(other.dataDir),
      1,
      `data folder ${other.dataDir} is used by another agent (pid ${other.pid}); give this one its own with --data-dir`,
    );
  });

  await t.step("the data folder would lie in a file", async () => {
    const inside = `${file}/data`;
    assertRefused(
      await startAgent(inside),
      1,
      `Cannot create data folder ${inside}: not a directory; choose another with --data-dir`,
    );
  });

  await t.step("the key file is not there", async () => {
    const key = folder.file("no.key");
    const outcome = await edgemesh(["agent", "--data-dir", data, "--key-file", key], { env: { EDGEMESH_KEY: "" } });
    assertRefused(outcome, 1, `Cannot read mesh key ${key}: no such file or folder`);
  });
});

Deno.test({
  name: "a data folder that may not be read or written is named, with what to do",
  ignore: Deno.build.os !== "linux",
  async fn(t) {
    using folder = new TemporaryFolder();
    // Root may read everything, unless it gives up the capability to.
    const through = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
    for (const [what, mode, verb] of [["unreadable", 0o000, "create"], ["read-only", 0o500, "use"]] as const) {
      await t.step(what, async () => {
        const data = folder.file(what);
        Deno.mkdirSync(data);
        Deno.chmodSync(data, mode);
        const outcome = await edgemesh(["agent", "--grpc", ANY_PORT, "--http", ANY_PORT, "--data-dir", data], {
          through,
        });
        Deno.chmodSync(data, 0o700);
        assertRefused(
          outcome,
          1,
          `Cannot ${verb} data folder ${data}: permission denied; make it writable for you, or choose another with --data-dir`,
        );
      });
    }
  },
});

Deno.test("a damaged store is kept aside unchanged, said plainly, and the agent starts with a new one", async () => {
  using folder = new TemporaryFolder();
  const damaged = crypto.getRandomValues(new Uint8Array(20_000));
  const path = folder.file("edgemesh.db");
  Deno.writeFileSync(path, damaged);
  await using agent = await AgentProcess.start({ dataDir: folder.path });
  const kept = filesIn(folder.path).filter((name) => name.startsWith("edgemesh.db.corrupt-"));
  assertEquals(kept.length, 1);
  const keptPath = folder.file(kept[0] ?? "");
  assertEquals(Deno.readFileSync(keptPath), damaged);
  const line = await agent.log.line(/damaged/);
  assertStringIncludes(line, `The store "${path}" is damaged`);
  assertStringIncludes(line, `it is kept as "${keptPath}", and a new one is begun`);
  using session = await MeshSession.open(agent.grpc);
  assertEquals((await session.client.mesh("ListJobs", {})).jobs, []);
});

Deno.test("the first start makes a private key and says once how to join; the command line here finds it", async (t) => {
  using folder = new TemporaryFolder();
  const dataDir = folder.file("data");
  let key = "";

  await t.step("the first start", async () => {
    await using agent = await AgentProcess.start({ dataDir, key: "", name: "the first" });
    key = Deno.readTextFileSync(`${dataDir}/mesh.key`).trim();
    assertMatch(key, /^[\w-]{43}$/);
    assertEquals(modeOf(dataDir), "700");
    for (const name of ["mesh.key", "device_id", "edgemesh.db"]) {
      assertEquals(modeOf(`${dataDir}/${name}`), "600", name);
    }
    const line = await agent.log.line(/new key/);
    assertStringIncludes(line, `edgemesh agent --join ${agent.grpc} --key ${key}`);

    const found = await edgemesh(["devices", "--json", "--server", agent.grpc, "--data-dir", dataDir], {
      env: { EDGEMESH_KEY: "" },
    });
    assertEquals({ code: found.code, stderr: found.stderr }, { code: 0, stderr: "" });
    assertEquals(JSON.parse(found.stdout).devices[0].device_name, "the first");

    assertEquals(await agent.stop(), 0);
    const { grpc, http, device } = agent.ready;
    assertEquals(agent.out.text, `edgemesh ready grpc=${grpc} http=${http} device=${device} name=the first\n`);
    assertMatch(grpc, /^127\.0\.0\.1:\d+$/);
  });

  await t.step("the second start", async () => {
    await using agent = await AgentProcess.start({ dataDir, key: "" });
    using _session = await MeshSession.open(agent.grpc, key);
    await agent.stop();
    assertEquals(agent.log.text.includes("new key"), false, agent.log.text);
    assertEquals(agent.log.text.includes(key), false, "the key is in the log");
  });
});

Deno.test("the key is told even where the very first start failed", async () => {
  using folder = new TemporaryFolder();
  const dataDir = folder.file("data");
  const failed = await edgemesh(
    ["agent", "--grpc", ANY_PORT, "--http", ANY_PORT, "--data-dir", dataDir, "--share", folder.file("nowhere")],
    { env: { EDGEMESH_KEY: "" } },
  );
  assertEquals(failed.code, 1);
  await using agent = await AgentProcess.start({ dataDir, key: "" });
  await agent.log.line(/new key/);
});

Deno.test("a device that joins a mesh without its key is told so at once, and makes no key of its own", async () => {
  using folder = new TemporaryFolder();
  const address = "127.0.0.1:50051";
  const args = ["agent", "--grpc", ANY_PORT, "--http", ANY_PORT, "--data-dir", folder.path, "--join", address];
  assertRefused(
    await edgemesh(args, { env: { EDGEMESH_KEY: "" } }),
    1,
    `Cannot join ${address} without its mesh key: give it with --key, --key-file or EDGEMESH_KEY`,
  );
  assertEquals(filesIn(folder.path).includes("mesh.key"), false);
});

Deno.test("the configuration is shown without the key, in whatever way it was given", async () => {
  using folder = new TemporaryFolder();
  const secret = "do-not-show-this-key";
  const file = folder.write("key", secret);
  const inConfig = folder.write("config.json", JSON.stringify({ key: secret }));
  const ways: [flags: string[], env: string][] = [
    [["--key", secret], ""],
    [[], secret],
    [["--key-file", file], ""],
    [["--config", inConfig], ""],
  ];
  const outcomes = await Promise.all(
    ways.map(([flags, env]) =>
      edgemesh(["agent", "--print-config", "--data-dir", folder.path, ...flags], { env: { EDGEMESH_KEY: env } })
    ),
  );
  for (const { code, stdout, stderr } of outcomes) {
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(JSON.parse(stdout)["data-dir"], folder.path);
    assertEquals(stdout.includes(secret), false, stdout);
  }
});

Deno.test("an agent that allows no command and shows no screen gives permissions back, and says what it allows", async () => {
  const printed = await edgemesh(["agent", "--allow", "none", "--screen", "off", "--print-permissions"]);
  assertEquals(printed.code, 0);
  const permissions = JSON.parse(printed.stdout);
  const { run, ffi, net } = permissions;
  assertEquals([run.kept, ffi.kept, net.kept], [false, false, true]);

  await using agent = await AgentProcess.start({ flags: ["--allow", "none", "--no-screen"] });
  const kept = await agent.log.line(/permissions kept/);
  assertEquals(/\b(run|ffi)\b/.test(kept), false, kept);
  const refused = await edgemesh(["exec", "--server", agent.grpc, "pwd"]);
  assertRefused(refused, 1, 'command "pwd" is not allowed on this device: it allows none');
});
