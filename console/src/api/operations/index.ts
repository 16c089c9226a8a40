// Written by tools/write_client_types.py from the shape files. Do not edit: make generate.

import type { RekognitionOperations } from "./rekognition";
import type { LookoutvisionOperations } from "./lookoutvision";
import type { VedetteOperations } from "./vedette";
import type { S3Operations } from "./s3";
import type { KmsOperations } from "./kms";
import type { MonitoringOperations } from "./monitoring";

export interface Services {
  readonly rekognition: RekognitionOperations;
  readonly lookoutvision: LookoutvisionOperations;
  readonly vedette: VedetteOperations;
  readonly s3: S3Operations;
  readonly kms: KmsOperations;
  readonly monitoring: MonitoringOperations;
}
