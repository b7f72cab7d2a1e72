import { STATE_BYTES_MAX, STATE_KEY_LENGTH_MAX, STATE_KEYS_MAX } from '../limits.ts'
import { type RunbookStateStore, stateTooLargeText } from '../runbooks/runbook-state-store.ts'
import type { Answer, Question, StateQuestion } from '../sandbox/sandbox-protocol.ts'
import { type AnswerParts, answerAssetQuestion } from './answer-asset-question.ts'

type Parts = AnswerParts & { runbookName: string; states: RunbookStateStore }

/** Answers what a job asks of the runner. Throws a StoreUnavailableError. */
export function answerQuestion(question: Question, parts: Parts): Promise<Answer> {
	switch (question.about) {
		case 'state.get':
		case 'state.set':
			return answerStateQuestion(question, parts)
		default:
			return answerAssetQuestion(question, parts)
	}
}

/** About the state of the job's own runbook alone. */
async function answerStateQuestion(question: StateQuestion, { runbookName, states }: Parts): Promise<Answer> {
	const { key } = question
	if (key.length === 0 || key.length > STATE_KEY_LENGTH_MAX)
		return { fault: `A key of the state has 1 to ${STATE_KEY_LENGTH_MAX} characters.` }
	if (question.about === 'state.get') return { json: (await states.get(runbookName, key)) ?? null }
	const bytes = question.json === null ? 0 : Buffer.byteLength(question.json)
	if (bytes > STATE_BYTES_MAX) return { fault: stateTooLargeText(key, bytes) }
	const outcome = await states.set(runbookName, key, question.json, STATE_KEYS_MAX)
	return outcome === 'kept' ? { json: null } : { fault: `A runbook keeps at most ${STATE_KEYS_MAX} keys.` }
}
