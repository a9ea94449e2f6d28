import type { ClientDuplexStream, ServerDuplexStream } from "@grpc/grpc-js";
import { MeshError } from "../core/errors.ts";
import type { CoordinatorBatch, WorkerBatch } from "./batches.ts";
import type { BatchChannel, ChannelHandlers } from "./channel.ts";
import { fromGrpcError, statusDetails, statusNumber } from "./grpc_status.ts";

/** A coordinator that does not end its side of a closed stream within this, in ms, is hung up on. */
const HANG_UP_MS = 1000;

/** An Attach call as its client sees it. */
export function clientChannel(
  call: ClientDuplexStream<WorkerBatch, CoordinatorBatch>,
): BatchChannel<WorkerBatch, CoordinatorBatch> {
  let closed = false;
  let hangUp: ReturnType<typeof setTimeout> | undefined;
  return {
    send(batch) {
      return closed || call.writableEnded ? true : call.write(batch);
    },
    close() {
      if (!call.writableEnded) call.end();
      if (!closed) hangUp = setTimeout(() => call.cancel(), HANG_UP_MS);
    },
    listen(handlers) {
      const finish = once(handlers, () => {
        closed = true;
        clearTimeout(hangUp);
      });
      call.on("data", (batch: CoordinatorBatch) => handlers.onBatch(batch));
      call.on("drain", () => handlers.onDrain());
      call.on("error", (error: Error) => finish(fromGrpcError(error)));
      call.on("end", () => {
        if (!call.writableEnded) call.end();
        finish(undefined);
      });
    },
  };
}

/** An Attach call as its server sees it. */
export function serverChannel(
  call: ServerDuplexStream<WorkerBatch, CoordinatorBatch>,
): BatchChannel<CoordinatorBatch, WorkerBatch> {
  let closed = false;
  return {
    send(batch) {
      return closed || call.writableEnded ? true : call.write(batch);
    },
    close(error) {
      if (closed || call.writableEnded) return;
      if (error) call.emit("error", { code: statusNumber(error.code), details: statusDetails(error.message) });
      else call.end();
    },
    listen(handlers) {
      const finish = once(handlers, () => closed = true);
      call.on("data", (batch: WorkerBatch) => handlers.onBatch(batch));
      call.on("drain", () => handlers.onDrain());
      call.on("cancelled", () => finish(new MeshError("CANCELLED", "its connection was lost")));
      call.on("end", () => {
        if (!call.writableEnded) call.end();
        finish(undefined);
      });
    },
  };
}

function once<In>(handlers: ChannelHandlers<In>, before: () => void): (error: MeshError | undefined) => void {
  let done = false;
  return (error) => {
    if (done) return;
    done = true;
    before();
    handlers.onClose(error);
  };
}
