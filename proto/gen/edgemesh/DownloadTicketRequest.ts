// Original file: orchestrator.proto


export interface DownloadTicketRequest {
  'path'?: (string);
}

export interface DownloadTicketRequest__Output {
  'path': (string);
}
