/** What a coordinator makes of a participant's answer to a seal: the judgement of its own administration, so that a mistake in it is found. */
import type { JudgeSeal } from '@assent/testing';
import { verdictOf } from '../../apps/coordinator/src/api/actions/sealing.js';

export const judgeSeal: JudgeSeal = (sealing, op, outcome) => verdictOf(sealing, op, outcome).objection?.code ?? null;
