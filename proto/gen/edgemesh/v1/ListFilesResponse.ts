// Original file: mesh.proto

import type { FileEntry as _edgemesh_v1_FileEntry, FileEntry__Output as _edgemesh_v1_FileEntry__Output } from '../../edgemesh/v1/FileEntry.ts';

export interface ListFilesResponse {
  'entries'?: (_edgemesh_v1_FileEntry)[];
  'next_page_token'?: (string);
  'left_out'?: (number);
}

export interface ListFilesResponse__Output {
  'entries': (_edgemesh_v1_FileEntry__Output)[];
  'next_page_token': (string);
  'left_out': (number);
}
