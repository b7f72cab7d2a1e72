import { QUESTIONS_MAX, STATE_BYTES_MAX, VARIABLE_LENGTH_MAX } from '../limits.ts'
import type { RunbookAssets, RunbookState } from '../runbooks/define-runbook.ts'
import { stateTooLargeText } from '../runbooks/runbook-state-store.ts'
import type { Answer, Question, Report } from './sandbox-protocol.ts'

// Taken before any runbook can replace it.
const { parse, stringify } = JSON

/** What the jobs of this process ask the runner, and the answers on their way. */
export class Questions {
	readonly #report: (report: Report) => void
	readonly #waiting = new Map<number, (answer: Answer) => void>()
	#last = 0

	constructor(report: (report: Report) => void) {
		this.#report = report
	}

	/** The job has ended: nobody waits any more. */
	forget(): void {
		this.#waiting.clear()
	}

	answer(id: number, answer: Answer): void {
		this.#waiting.get(id)?.(answer)
		this.#waiting.delete(id)
	}

	/** The state of the runbook whose job runs. */
	get state(): RunbookState {
		return Object.freeze({
			get: async (key: string) => {
				const json = await this.#ask({ about: 'state.get', key: String(key) })
				return json === null ? undefined : parse(json)
			},
			set: async (key: string, value: unknown) => {
				const json = value === undefined ? null : stringify(value)
				if (json === undefined) throw new TypeError(`What is kept under '${key}' must be JSON.`)
				// Checked here, too: a longer line on the pipe to the runner would be taken for a forgery.
				if (json !== null && json.length > STATE_BYTES_MAX) throw new RangeError(stateTooLargeText(String(key), json.length))
				await this.#ask({ about: 'state.set', key: String(key), json })
			},
		})
	}

	/** The variables and credentials of the account. */
	get assets(): RunbookAssets {
		return Object.freeze({
			variable: async (name: string) => parse((await this.#ask({ about: 'variable.get', name: String(name) }))!),
			credential: async (name: string) => parse((await this.#ask({ about: 'credential.get', name: String(name) }))!),
			setVariable: async (name: string, value: unknown) => {
				const json = stringify(value)
				if (json === undefined) throw new TypeError(`The value of variable '${name}' must be JSON.`)
				if (json.length > VARIABLE_LENGTH_MAX)
					throw new RangeError(`The value of a variable has at most ${VARIABLE_LENGTH_MAX} characters.`)
				await this.#ask({ about: 'variable.set', name: String(name), json })
			},
		})
	}

	async #ask(question: Question): Promise<string | null> {
		if (this.#waiting.size >= QUESTIONS_MAX) throw new Error(`More than ${QUESTIONS_MAX} questions to the runner wait for their answers.`)
		const id = ++this.#last
		const answer = await new Promise<Answer>((resolve) => {
			this.#waiting.set(id, resolve)
			this.#report({ kind: 'ask', id, question })
		})
		if ('fault' in answer) throw new Error(answer.fault)
		return answer.json
	}
}
