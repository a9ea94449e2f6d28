// Original file: mesh.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CoordinatorBatch as _edgemesh_v1_CoordinatorBatch, CoordinatorBatch__Output as _edgemesh_v1_CoordinatorBatch__Output } from '../../edgemesh/v1/CoordinatorBatch.ts';
import type { ListDeviceStatesRequest as _edgemesh_v1_ListDeviceStatesRequest, ListDeviceStatesRequest__Output as _edgemesh_v1_ListDeviceStatesRequest__Output } from '../../edgemesh/v1/ListDeviceStatesRequest.ts';
import type { ListDeviceStatesResponse as _edgemesh_v1_ListDeviceStatesResponse, ListDeviceStatesResponse__Output as _edgemesh_v1_ListDeviceStatesResponse__Output } from '../../edgemesh/v1/ListDeviceStatesResponse.ts';
import type { ListJobsRequest as _edgemesh_v1_ListJobsRequest, ListJobsRequest__Output as _edgemesh_v1_ListJobsRequest__Output } from '../../edgemesh/v1/ListJobsRequest.ts';
import type { ListJobsResponse as _edgemesh_v1_ListJobsResponse, ListJobsResponse__Output as _edgemesh_v1_ListJobsResponse__Output } from '../../edgemesh/v1/ListJobsResponse.ts';
import type { WorkerBatch as _edgemesh_v1_WorkerBatch, WorkerBatch__Output as _edgemesh_v1_WorkerBatch__Output } from '../../edgemesh/v1/WorkerBatch.ts';

export interface MeshServiceClient extends grpc.Client {
  Attach(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_edgemesh_v1_WorkerBatch, _edgemesh_v1_CoordinatorBatch__Output>;
  Attach(options?: grpc.CallOptions): grpc.ClientDuplexStream<_edgemesh_v1_WorkerBatch, _edgemesh_v1_CoordinatorBatch__Output>;
  attach(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_edgemesh_v1_WorkerBatch, _edgemesh_v1_CoordinatorBatch__Output>;
  attach(options?: grpc.CallOptions): grpc.ClientDuplexStream<_edgemesh_v1_WorkerBatch, _edgemesh_v1_CoordinatorBatch__Output>;
  
  ListDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  ListDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  ListDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  ListDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  listDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  listDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  listDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  listDeviceStates(argument: _edgemesh_v1_ListDeviceStatesRequest, callback: grpc.requestCallback<_edgemesh_v1_ListDeviceStatesResponse__Output>): grpc.ClientUnaryCall;
  
  ListJobs(argument: _edgemesh_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _edgemesh_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _edgemesh_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _edgemesh_v1_ListJobsRequest, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _edgemesh_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _edgemesh_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _edgemesh_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _edgemesh_v1_ListJobsRequest, callback: grpc.requestCallback<_edgemesh_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface MeshServiceHandlers extends grpc.UntypedServiceImplementation {
  Attach: grpc.handleBidiStreamingCall<_edgemesh_v1_WorkerBatch__Output, _edgemesh_v1_CoordinatorBatch>;
  
  ListDeviceStates: grpc.handleUnaryCall<_edgemesh_v1_ListDeviceStatesRequest__Output, _edgemesh_v1_ListDeviceStatesResponse>;
  
  ListJobs: grpc.handleUnaryCall<_edgemesh_v1_ListJobsRequest__Output, _edgemesh_v1_ListJobsResponse>;
  
}

export interface MeshServiceDefinition extends grpc.ServiceDefinition {
  Attach: MethodDefinition<_edgemesh_v1_WorkerBatch, _edgemesh_v1_CoordinatorBatch, _edgemesh_v1_WorkerBatch__Output, _edgemesh_v1_CoordinatorBatch__Output>
  ListDeviceStates: MethodDefinition<_edgemesh_v1_ListDeviceStatesRequest, _edgemesh_v1_ListDeviceStatesResponse, _edgemesh_v1_ListDeviceStatesRequest__Output, _edgemesh_v1_ListDeviceStatesResponse__Output>
  ListJobs: MethodDefinition<_edgemesh_v1_ListJobsRequest, _edgemesh_v1_ListJobsResponse, _edgemesh_v1_ListJobsRequest__Output, _edgemesh_v1_ListJobsResponse__Output>
}
