// Original file: mesh.proto

import type { ListFilesRequest as _edgemesh_v1_ListFilesRequest, ListFilesRequest__Output as _edgemesh_v1_ListFilesRequest__Output } from '../../edgemesh/v1/ListFilesRequest.ts';
import type { OpenDownloadRequest as _edgemesh_v1_OpenDownloadRequest, OpenDownloadRequest__Output as _edgemesh_v1_OpenDownloadRequest__Output } from '../../edgemesh/v1/OpenDownloadRequest.ts';
import type { OpenUploadRequest as _edgemesh_v1_OpenUploadRequest, OpenUploadRequest__Output as _edgemesh_v1_OpenUploadRequest__Output } from '../../edgemesh/v1/OpenUploadRequest.ts';
import type { FileDigestRequest as _edgemesh_v1_FileDigestRequest, FileDigestRequest__Output as _edgemesh_v1_FileDigestRequest__Output } from '../../edgemesh/v1/FileDigestRequest.ts';
import type { FileRead as _edgemesh_v1_FileRead, FileRead__Output as _edgemesh_v1_FileRead__Output } from '../../edgemesh/v1/FileRead.ts';
import type { FileWrite as _edgemesh_v1_FileWrite, FileWrite__Output as _edgemesh_v1_FileWrite__Output } from '../../edgemesh/v1/FileWrite.ts';

export interface FileOrder {
  'order_id'?: (string);
  'client_name'?: (string);
  'peer'?: (string);
  'list'?: (_edgemesh_v1_ListFilesRequest | null);
  'download'?: (_edgemesh_v1_OpenDownloadRequest | null);
  'upload'?: (_edgemesh_v1_OpenUploadRequest | null);
  'digest'?: (_edgemesh_v1_FileDigestRequest | null);
  'read'?: (_edgemesh_v1_FileRead | null);
  'write'?: (_edgemesh_v1_FileWrite | null);
}

export interface FileOrder__Output {
  'order_id': (string);
  'client_name': (string);
  'peer': (string);
  'list': (_edgemesh_v1_ListFilesRequest__Output | null);
  'download': (_edgemesh_v1_OpenDownloadRequest__Output | null);
  'upload': (_edgemesh_v1_OpenUploadRequest__Output | null);
  'digest': (_edgemesh_v1_FileDigestRequest__Output | null);
  'read': (_edgemesh_v1_FileRead__Output | null);
  'write': (_edgemesh_v1_FileWrite__Output | null);
}
