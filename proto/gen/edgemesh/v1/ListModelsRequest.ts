// Original file: mesh.proto


export interface ListModelsRequest {
}

export interface ListModelsRequest__Output {
}
