import type { ImportOptions } from './import-options.js';

/** A file as its authors publish it. */
export interface PublishedFile {
  /** in the repository; a `*` stands for a name that the repository itself must tell */
  readonly path: string;
  /** known digest; without one the first digest seen is recorded and later ones are compared with it */
  readonly sha256?: string;
}

export interface PublishedModel {
  readonly title: string;
  /** owner/name on GitHub */
  readonly repository: string;
  readonly licence: string;
  readonly files: readonly PublishedFile[];
  /** how the authors prepare pictures */
  readonly options: ImportOptions;
}

const imagenetMean = [104, 117, 123] as const;

/** The public originals that `model get` knows. None of them is part of this project. */
export const publishedModels = {
  zynqnet: {
    title: 'ZynqNet (Gschwend 2016), ImageNet, Caffe',
    repository: 'dgschwend/zynqnet',
    licence: 'GPL-3.0',
    files: [{ path: '_TRAINED_MODEL/deploy.prototxt' }, { path: '_TRAINED_MODEL/*.caffemodel' }],
    options: { name: 'zynqnet', mode: 'cover', order: 'bgr', mean: imagenetMean, scale: [1] },
  },
  squeezenet: {
    title: 'SqueezeNet v1.0 (Iandola, Han et al. 2016), ImageNet, Deep Compression',
    repository: 'songhan/SqueezeNet-Deep-Compression',
    licence: 'BSD-2-Clause',
    files: [
      {
        path: 'SqueezeNet_deploy.prototxt',
        sha256: '3bcb0e792e2b50ddeb955b178ba6742e28d8950956915348eba355652040674c',
      },
      {
        path: 'compressed_SqueezeNet.net',
        sha256: 'e4ab6960ae8cd81505e1c2136921201507e930966c53deaf15862a395b3a3261',
      },
    ],
    options: {
      name: 'squeezenet-v1.0',
      mode: 'squash',
      resize: [256, 256],
      crop: [227, 227],
      order: 'bgr',
      mean: imagenetMean,
      scale: [1],
    },
  },
} as const satisfies Record<string, PublishedModel>;
