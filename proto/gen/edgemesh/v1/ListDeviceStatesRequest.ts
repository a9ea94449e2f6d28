// Original file: mesh.proto


export interface ListDeviceStatesRequest {
}

export interface ListDeviceStatesRequest__Output {
}
