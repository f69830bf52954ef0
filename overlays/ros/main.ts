import * as std from 'std';
import { dispatch, isOfSystem } from './dispatch.ts';
import { alarm } from './runtime/kernel-log.ts';
import { quickjs } from './runtime/quickjs.ts';
import { sentenceOf } from './runtime/sentence.ts';
import { Failure } from './runtime/system.ts';

/** Turns every error into a sentence. Where the system itself started the program, the sentence also goes to the console. */
async function guarded(): Promise<number> {
  try {
    return await dispatch(quickjs);
  } catch (error) {
    const sentence = sentenceOf(error);
    quickjs.complain(sentence);
    const [word = ''] = quickjs.args;
    if (isOfSystem(word) && !(error instanceof Failure)) alarm(quickjs, `${word}: ${sentence}`);
    return 1;
  }
}

std.exit(await guarded());
