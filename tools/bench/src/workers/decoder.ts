import { tf } from '@ovis/tensorflow';
import type { AdamWConfig, DecoderConfig } from '../models/decoder.ts';
import { decoderStep } from '../models/decoder.ts';
import { integers } from '../models/values.ts';
import { serve, startEngine } from '../worker.ts';

serve(async (params) => {
  const { version } = await startEngine(params);
  const config = params['config'] as DecoderConfig;
  const rows = config.batch * config.time;
  const tokens = tf.tensor1d(integers(rows, 1001, config.vocabulary), 'int32');
  const labels = tf.tensor1d(integers(rows, 1002, config.vocabulary), 'int32');
  const step = decoderStep(config, params['optimizer'] as AdamWConfig);
  return {
    info: { version },
    async iterate() {
      const loss = await step(tokens, labels);
      const value = loss.dataSync()[0];
      loss.dispose();
      return value;
    },
  };
});
