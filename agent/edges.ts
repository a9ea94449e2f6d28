import type { AuditTrail } from "./audit/audit_event.ts";
import { Sessions } from "./auth/sessions.ts";
import type { AgentConfig } from "./config/config.ts";
import type { Registry } from "./devices/registry.ts";
import { connectRoutes } from "./http/connect/connect_route.ts";
import { CrossOrigin } from "./http/connect/cross_origin.ts";
import { HttpServer } from "./http/http_server.ts";
import { OpenAiApi } from "./http/openai/openai_api.ts";
import { healthRoutes } from "./http/operations/health_routes.ts";
import { metricsRoute } from "./http/operations/metrics_route.ts";
import { screenRoutes } from "./http/screen/screen_routes.ts";
import type { JobService } from "./jobs/job_service.ts";
import type { LocalFiles } from "./local_files.ts";
import type { LocalGeneration } from "./llm/local_generation.ts";
import type { DialledDevices } from "./mesh/dialled_devices.ts";
import type { MeshFiles } from "./mesh/mesh_files.ts";
import type { MeshScreens } from "./mesh/mesh_screens.ts";
import type { Peers } from "./mesh/peers.ts";
import type { MeshModels } from "./mesh_models.ts";
import type { ModelGateway } from "./models/gateway.ts";
import { auditedSessions, type Operations } from "./operations.ts";
import type { Planner } from "./plans/planner.ts";
import { commandHandlers } from "./rpc/command_handlers.ts";
import { deviceHandlers } from "./rpc/device_handlers.ts";
import { fileHandlers } from "./rpc/file_handlers.ts";
import { Interceptors } from "./rpc/interceptors.ts";
import { jobHandlers } from "./rpc/job_handlers.ts";
import { modelHandlers } from "./rpc/model_handlers.ts";
import { planHandlers } from "./rpc/plan_handlers.ts";
import { procedures } from "./rpc/procedures.ts";
import { screenHandlers } from "./rpc/screen_handlers.ts";
import { RpcServer } from "./rpc/server.ts";
import { meshService, orchestratorService } from "./rpc/services.ts";
import { sessionHandlers } from "./rpc/session_handlers.ts";
import { workerHandlers } from "./rpc/worker_handlers.ts";
import type { TaskWorker } from "./worker/task_worker.ts";

/** What clients are served with. */
export interface EdgeParts {
  readonly config: AgentConfig;
  readonly selfId: string;
  readonly key: string;
  readonly registry: Registry;
  readonly peers: Peers;
  readonly dialled: DialledDevices;
  readonly jobs: JobService;
  readonly planner: Planner;
  readonly models: MeshModels;
  readonly gateway: ModelGateway;
  readonly screens: MeshScreens;
  readonly meshFiles: MeshFiles;
  readonly tasks: TaskWorker;
  readonly files: LocalFiles;
  /** Undefined with `--no-llm`. */
  readonly generation: LocalGeneration | undefined;
  readonly audit: AuditTrail;
  readonly operations: Operations;
}

/** Where clients come in. */
export interface Edges {
  readonly grpc: RpcServer;
  readonly http: HttpServer;
  /** What every gRPC call passes through. */
  readonly through: Interceptors;
}

/** The gRPC and the HTTP edge, with one set of sessions. */
export function edges(parts: EdgeParts): Edges {
  const {
    config,
    selfId,
    key,
    registry,
    peers,
    dialled,
    jobs,
    planner,
    models,
    gateway,
    screens,
    meshFiles,
    tasks,
    files,
    generation,
    audit,
    operations,
  } = parts;
  const sessions = new Sessions({ key, observer: auditedSessions(audit) });
  const through = new Interceptors({ sessions, auth: config.auth, observer: operations.rpc });
  const handlers = {
    sessions: sessionHandlers(sessions, config.name),
    devices: deviceHandlers({ registry, peers, dialled, jobs, screens, audit }),
    commands: commandHandlers({ registry, peers, selfId, audit }),
    jobs: jobHandlers(jobs, audit),
    models: modelHandlers({
      gateway,
      placement: models.placement(peers),
      predictions: models.predictions,
      registry,
      selfId,
    }),
    plans: planHandlers({ registry, planner, hostOf: (device) => models.priceOf(device) }),
    worker: workerHandlers(tasks, generation),
    screens: screenHandlers({ screens, registry, selfId }),
    files: fileHandlers({ tickets: files.host, files: meshFiles, outputs: jobs, registry, selfId }),
  };
  const services = {
    orchestrator: orchestratorService(through, selfId, handlers),
    mesh: meshService(through, handlers, peers),
  };
  const grpc = new RpcServer({ listen: config.grpc, ...services });
  const crossOrigin = config.corsOrigin ? { crossOrigin: new CrossOrigin(config.corsOrigin) } : {};
  const connect = connectRoutes({ procedures: procedures(services), gate: sessions, ...crossOrigin });
  const openai = new OpenAiApi({
    gate: sessions,
    models: {
      models: () => gateway.models(),
      generate: (request, watch, signal) => gateway.generate(request, watch, { signal }),
      embed: (request, signal) => gateway.embed(request, { signal }),
    },
  });
  const figures = operations.exposition({
    registry,
    jobs,
    generation,
    sessions: () => sessions.size,
    connections: () => http.connections,
    screenStreams: () =>
      registry.all().reduce((sum, { info }) => sum + screens.reportOf(info.device_id).streams.length, 0),
    tickets: () => files.tickets.size,
  });
  const health = healthRoutes(() => operations.hindrances());
  const routes = [
    ...files.routes(meshFiles),
    openai,
    ...connect,
    ...screenRoutes,
    ...health,
    metricsRoute(figures, sessions),
  ];
  const http: HttpServer = new HttpServer(config.http, routes, { observer: operations.http });
  return { grpc, http, through };
}
