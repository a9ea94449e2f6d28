// Original file: mesh.proto

import type { ListFilesResponse as _edgemesh_v1_ListFilesResponse, ListFilesResponse__Output as _edgemesh_v1_ListFilesResponse__Output } from '../../edgemesh/v1/ListFilesResponse.ts';
import type { Download as _edgemesh_v1_Download, Download__Output as _edgemesh_v1_Download__Output } from '../../edgemesh/v1/Download.ts';
import type { Upload as _edgemesh_v1_Upload, Upload__Output as _edgemesh_v1_Upload__Output } from '../../edgemesh/v1/Upload.ts';
import type { FileDigestResponse as _edgemesh_v1_FileDigestResponse, FileDigestResponse__Output as _edgemesh_v1_FileDigestResponse__Output } from '../../edgemesh/v1/FileDigestResponse.ts';
import type { FileDone as _edgemesh_v1_FileDone, FileDone__Output as _edgemesh_v1_FileDone__Output } from '../../edgemesh/v1/FileDone.ts';

export interface FileAnswer {
  'order_id'?: (string);
  'list'?: (_edgemesh_v1_ListFilesResponse | null);
  'download'?: (_edgemesh_v1_Download | null);
  'upload'?: (_edgemesh_v1_Upload | null);
  'digest'?: (_edgemesh_v1_FileDigestResponse | null);
  'done'?: (_edgemesh_v1_FileDone | null);
  'error_code'?: (string);
  'error_message'?: (string);
}

export interface FileAnswer__Output {
  'order_id': (string);
  'list': (_edgemesh_v1_ListFilesResponse__Output | null);
  'download': (_edgemesh_v1_Download__Output | null);
  'upload': (_edgemesh_v1_Upload__Output | null);
  'digest': (_edgemesh_v1_FileDigestResponse__Output | null);
  'done': (_edgemesh_v1_FileDone__Output | null);
  'error_code': (string);
  'error_message': (string);
}
