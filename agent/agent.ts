import { join } from "node:path";
import { contract } from "../proto/load.ts";
import { Announcements } from "./announcements.ts";
import { attachSelf } from "./attach_self.ts";
import { AuditLog } from "./audit/audit_log.ts";
import { BoundedTrail } from "./audit/bounded_trail.ts";
import { resolveMeshKey } from "./auth/mesh_key.ts";
import { CommandRunner } from "./commands/run.ts";
import type { AgentConfig } from "./config/config.ts";
import { deviceId, lockDataDir, prepareDataDir } from "./config/data_dir.ts";
import { delay } from "./core/abort.ts";
import { MeshError } from "./core/errors.ts";
import { newId } from "./core/ids.ts";
import { Lifecycle } from "./core/lifecycle.ts";
import { logger } from "./core/log.ts";
import { startTracing } from "./core/tracing.ts";
import { DeviceSelf } from "./device_self.ts";
import { auditedCommands, observedTasks } from "./device_work.ts";
import { probeCapabilities } from "./devices/capabilities.ts";
import { HostStatus } from "./devices/host_status.ts";
import { Registry, takesWork } from "./devices/registry.ts";
import { type Edges, edges } from "./edges.ts";
import { JobService } from "./jobs/job_service.ts";
import { Retention } from "./jobs/retention.ts";
import type { JobDevices } from "./jobs/submitter.ts";
import { localFiles } from "./local_files.ts";
import { localLlm } from "./local_llm.ts";
import { localScreen } from "./local_screen.ts";
import { DialledDevices } from "./mesh/dialled_devices.ts";
import { Joiner } from "./mesh/joiner.ts";
import { MeshFiles } from "./mesh/mesh_files.ts";
import { MeshScreens } from "./mesh/mesh_screens.ts";
import { Peers } from "./mesh/peers.ts";
import { ScreenReports } from "./mesh/screen_reports.ts";
import type { WorkSource } from "./mesh/worker_session.ts";
import { MeshModels } from "./mesh_models.ts";
import { isLoopback, reachableAddress } from "./network.ts";
import { auditedPresence, auditedTickets, Operations } from "./operations.ts";
import { giveBackPermissions } from "./permissions.ts";
import { planners } from "./planners.ts";
import { shareFolder } from "./share_folder.ts";
import { openStore } from "./store/open_store.ts";
import { taskKinds } from "./worker/kinds.ts";
import { TaskWorker } from "./worker/task_worker.ts";

const log = logger("agent");

/** How long running work may go on after the agent was told to stop, in ms. */
const DRAIN_MS = 10_000;

/** `ready` waits so long for the capability probe, in ms; what it finds later is told to the mesh then. */
const PROBE_WAIT_MS = 250;

/** A running agent. */
export interface RunningAgent {
  /** Where it serves gRPC and HTTP, as other devices reach it: `HOST:PORT`. */
  readonly grpc: string;
  readonly http: string;
  readonly deviceId: string;
  readonly name: string;
  /** Leaves the mesh, lets running work end (at most 10 s), and releases everything. Idempotent. */
  stop(): Promise<void>;
  /** Ends running commands at once, for a process that is about to exit. */
  kill(): void;
}

/** What `startAgent` may be told besides the configuration. */
export interface StartOptions {
  /** Gives back the process's permissions that the configuration does not use. Not for a process that does more. */
  readonly revokePermissions?: boolean;
}

/**
 * Starts an agent: the only place that knows every part.
 *
 * @throws {MeshError} with one line that says what is in the way: a port in use, an unreadable folder, …
 */
export async function startAgent(config: AgentConfig, options: StartOptions = {}): Promise<RunningAgent> {
  await startTracing();
  await prepareDataDir(config.dataDir);
  const lock = await lockDataDir(config.dataDir);
  const lifecycle = new Lifecycle((component, error) =>
    log.error("cannot stop {component} cleanly: {error}", { component, error })
  );
  await lifecycle.start([{ name: "data folder", start: () => {}, stop: () => lock.release() }]);
  try {
    return await assemble(config, options, lifecycle);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function assemble(config: AgentConfig, options: StartOptions, lifecycle: Lifecycle): Promise<RunningAgent> {
  const probe = config.capabilities ? undefined : probeCapabilities();
  const opening = [
    deviceId(config.dataDir, config.deviceId),
    resolveMeshKey(config.key, config.dataDir),
    shareFolder(config),
    openStore(config.store, config.dataDir, (notice) => log.warn("{notice}", { notice })),
  ] as const;
  // Parsed here, while the store's thread starts: the server would have to wait for it.
  contract();
  // When one fails the others still end: nothing of a failed start is left half done or open.
  const [, meshKey, , opened] = await Promise.allSettled(opening);
  if (opened.status === "fulfilled") {
    await lifecycle.start([{ name: "store", start: () => {}, stop: () => opened.value.close() }]);
  }
  let started = false;
  if (meshKey.status === "fulfilled" && meshKey.value.created) {
    // A new key is told once, by the start that made it: where that fails the next one makes another.
    const forget = () => started ? undefined : Deno.remove(join(config.dataDir, "mesh.key"));
    await lifecycle.start([{ name: "new mesh key", start: () => {}, stop: forget }]);
    requireKeyToJoin(config);
  }
  const [id, { key, created }, share, store] = await Promise.all(opening);
  const registry = new Registry({ journal: store, known: await store.devices() });

  const status = new HostStatus();
  const self: DeviceSelf = new DeviceSelf({
    deviceId: id,
    name: config.name,
    grpcAddress: () => reachableAddress(config.grpc, server.port, config.advertise),
    httpAddress: () => reachableAddress(config.http, http.port, config.advertise),
  }, () => status.current());
  const commands = new CommandRunner({ allow: config.allow, share });
  const llm = config.llm && await localLlm(config.llm, store);
  const generation = llm?.generation;
  self.models = generation && (() => generation.report());
  const auditLog = new AuditLog({ dataDir: config.dataDir });
  const audit = new BoundedTrail(auditLog);
  const operations = new Operations();
  const { work: figures } = operations;
  const screen = config.screen && localScreen(config.screen, config, { deviceId: id, audit });
  self.canCapture = () => screen?.capture.unavailable === "";
  const files = localFiles(config, {
    deviceId: id,
    share,
    store,
    audit,
    observer: auditedTickets(audit, figures, id),
  });
  const kinds = taskKinds(commands, generation && config.llm && { generation, parallel: config.llm.parallel });
  const tasks = new TaskWorker({ info: () => self.info(), sample: () => status.current() }, kinds, files.outputs);
  const work: WorkSource = {
    kinds: tasks.slots,
    runTask: observedTasks((task, signal) => tasks.begin(task, signal), tasks.kinds, figures),
    runCommand: auditedCommands((command, args, how) => commands.run(command, args, how), {
      deviceId: id,
      audit,
      observer: figures,
    }),
    sample: () => status.current(),
    models: generation,
    screen: screen?.host,
    files: files.host,
    outputs: files.outputs,
  };

  const models = new MeshModels(registry, store);
  const screenReports = new ScreenReports();
  const peers = new Peers(
    registry,
    { deviceId: id, deviceName: config.name },
    models.peerModels,
    screenReports,
    auditedPresence(audit),
  );
  const dialled = new DialledDevices({
    mesh: peers,
    key,
    clientName: config.name,
    onSeen: (device) => registry.seen(device),
    // Older clients register once: they are still there after this agent's restart.
    remembered: registry.all().map((entry) => entry.info).filter((info) => info.grpc_addr && info.device_id !== id),
    trusted: config.auth === "required",
  });
  const gateway = models.gateway(peers, operations.generations);
  models.predictions.onError = (error) => figures.predicted(error);
  const placement = models.placement(peers);
  const devices: JobDevices = {
    has: (device) => registry.find(device) !== undefined,
    online: () => registry.online().filter(takesWork).map((entry) => entry.info),
    lacksModel: (device) => models.lackOf(device),
  };
  const around = { kinds: tasks.kinds, hasDevice: devices.has, lacksModel: devices.lacksModel };
  const planner = planners(config.planner, { gateway, placement, around });
  const jobs = new JobService({
    store,
    dispatcher: peers,
    devices,
    planner,
    kinds: tasks.kinds,
    summarizer: models.summarizer(gateway),
    outlook: models.outlook(),
    reattachGraceMs: config.reattachGraceMs,
    maxQueuedTasks: config.maxQueuedTasks,
    observer: figures,
    outputFiles: peers,
  });

  const { grpc: server, http, through }: Edges = edges({
    config,
    selfId: id,
    key,
    registry,
    peers,
    dialled,
    jobs,
    planner,
    models,
    gateway,
    screens: new MeshScreens(peers, screenReports),
    meshFiles: new MeshFiles({ peers, tickets: files.tickets, httpAddress: () => self.info().http_addr }),
    tasks,
    files,
    generation,
    audit,
    operations,
  });
  const instanceId = newId();
  const joiners = config.join.map((address) =>
    new Joiner({ address, key, instanceId, device: () => self.info(), work, drainMs: DRAIN_MS })
  );

  await lifecycle.start([
    auditLog,
    { name: "refusals", start: () => {}, stop: () => audit.flush() },
    operations.component,
    status,
    { name: "commands", start: () => {}, stop: () => commands.stop() },
    ...(screen ? [screen.component] : []),
    files.component,
    http,
    server,
    ...(llm?.components ?? []),
    planner,
  ]);
  await models.predictions.restore();
  if (config.capabilities) {
    self.capabilities = { has_gpu: config.capabilities.has("gpu"), has_npu: config.capabilities.has("npu") };
  } else if (probe) {
    await Promise.race([probe.then((found) => self.capabilities = found), delay(PROBE_WAIT_MS)]);
  }
  await registry.register(self.info(), { self: true });
  await lifecycle.start([peers, dialled]);
  await lifecycle.start([jobs]);
  attachSelf(peers, { deviceId: id, instanceId, work });
  await lifecycle.start([new Retention(store, config.keepJobsMs, (job) => peers.jobRemoved(job)), ...joiners]);
  const announce = async () => {
    await registry.register(self.info(), { self: true });
    await Promise.all(joiners.map((joiner) => joiner.announce()));
  };
  const announceSafely = () => {
    announce().catch((error) => log.warn("cannot tell the mesh what this device has now: {error}", { error }));
  };
  const onChange = (listener: () => void) => {
    const unlisten = [generation?.onReport(listener), screen?.host.onReport(listener)];
    return () => unlisten.forEach((end) => end?.());
  };
  await lifecycle.start([new Announcements(() => self.info(), onChange, announceSafely)]);
  through.open();
  operations.serves(store);
  server.setServing(true);
  screen?.capture.start();

  const finishProbe = async () => {
    const found = await probe;
    if (options.revokePermissions) giveBackPermissions(config);
    if (!found || (!found.has_gpu && !found.has_npu)) return;
    self.capabilities = found;
    await announce();
  };
  finishProbe().catch((error) => log.error("cannot tell the mesh of new capabilities: {error}", { error }));

  const grpc = self.info().grpc_addr;
  started = true;
  announceStart(config, { grpc, key, created });
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    log.info("stopping: running work may end within {seconds} s", { seconds: DRAIN_MS / 1000 });
    server.setServing(false);
    operations.stops();
    await Promise.all([
      jobs.drain(DRAIN_MS),
      through.drain(DRAIN_MS),
      http.drain(DRAIN_MS),
      screen?.component.stop(),
      ...joiners.map((joiner) => joiner.stop()),
    ]);
    await lifecycle.stop();
  };
  return {
    grpc,
    http: self.info().http_addr,
    deviceId: id,
    name: config.name,
    stop: () => stopping ??= stop(),
    kill: () => {
      commands.kill();
      planner.kill();
    },
  };
}

/** @throws {MeshError} FAILED_PRECONDITION when there is a mesh to join: its key is none that was made just now */
function requireKeyToJoin(config: AgentConfig): void {
  const [address] = config.join;
  if (address === undefined) return;
  const text = `Cannot join ${address} without its mesh key: give it with --key, --key-file or EDGEMESH_KEY`;
  throw new MeshError("FAILED_PRECONDITION", text);
}

function announceStart(config: AgentConfig, at: { grpc: string; key: string; created: boolean }): void {
  if (config.auth === "open") {
    log.warn("--auth open: anybody who reaches {grpc} can call methods whose message has no session", {
      grpc: at.grpc,
    });
  }
  if (at.created) {
    log.info("this mesh has a new key; on another device: edgemesh agent --join {grpc} --key {key}", {
      grpc: at.grpc,
      key: at.key,
    });
  }
  if (config.join.length === 0 && isLoopback(at.grpc) && !config.grpc.host) {
    log.info("only this machine can reach {grpc}: no other network address was found", { grpc: at.grpc });
  }
}
