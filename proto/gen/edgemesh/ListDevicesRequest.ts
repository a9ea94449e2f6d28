// Original file: orchestrator.proto


export interface ListDevicesRequest {
}

export interface ListDevicesRequest__Output {
}
