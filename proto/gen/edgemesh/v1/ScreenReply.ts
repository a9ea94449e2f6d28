// Original file: mesh.proto

import type { WebRTCOffer as _edgemesh_WebRTCOffer, WebRTCOffer__Output as _edgemesh_WebRTCOffer__Output } from '../../edgemesh/WebRTCOffer.ts';
import type { ListMonitorsResponse as _edgemesh_v1_ListMonitorsResponse, ListMonitorsResponse__Output as _edgemesh_v1_ListMonitorsResponse__Output } from '../../edgemesh/v1/ListMonitorsResponse.ts';

export interface ScreenReply {
  'order_id'?: (string);
  'offer'?: (_edgemesh_WebRTCOffer | null);
  'monitors'?: (_edgemesh_v1_ListMonitorsResponse | null);
  'error_code'?: (string);
  'error_message'?: (string);
}

export interface ScreenReply__Output {
  'order_id': (string);
  'offer': (_edgemesh_WebRTCOffer__Output | null);
  'monitors': (_edgemesh_v1_ListMonitorsResponse__Output | null);
  'error_code': (string);
  'error_message': (string);
}
