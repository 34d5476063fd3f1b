import { loadParams } from './model-weights.ts';
import { describeFiles, openModel, type OpenOptions, type PretrainedModel } from './open-model.ts';

/**
 * Opens a model that is asked and looked at, not trained: matrices that are stored as bfloat16 stay so in memory, and each becomes fp32 while
 * it is used (`ParamScope` of the model library). The results are those of {@link openPretrained}; a bf16 model takes the size of its
 * files and its largest matrix in fp32, in place of twice its files.
 */
export async function openForInference(urlOrPath: string, o: OpenOptions = {}): Promise<PretrainedModel> {
  const { config, configJson, files, format, tensors, url } = await openModel(urlOrPath, o);
  return {
    config,
    configJson,
    ...describeFiles(files, url),
    format,
    // Last: nothing above may fail while they are held.
    params: await loadParams(tensors, { keepBfloat16: true }),
  };
}
