// Original file: orchestrator.proto


export interface Empty {
}

export interface Empty__Output {
}
