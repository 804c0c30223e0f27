"""Training of ZynqNet variants: data, network, augmentation, distillation, compression, export."""
