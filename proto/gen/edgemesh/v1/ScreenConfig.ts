// Original file: mesh.proto


export interface ScreenConfig {
  'target_fps'?: (number);
  'jpeg_quality'?: (number);
  'monitor_index'?: (number);
}

export interface ScreenConfig__Output {
  'target_fps': (number);
  'jpeg_quality': (number);
  'monitor_index': (number);
}
