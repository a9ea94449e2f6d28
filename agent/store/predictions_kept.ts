/** So many predictions of a device and model are kept, the latest ones. */
export const PREDICTIONS_KEPT = 1000;
