import { setTimeout as wait } from 'node:timers/promises'
import { defineRunbook, z } from 'runhook'

export default defineRunbook({
	description: 'Waits for some seconds and reports its progress. Ends early when the job is stopped.',
	parameters: z.object({ seconds: z.number().min(0).max(86_000).describe('How long to wait.') }),
	logProgress: true,
	async run({ parameters: { seconds }, progress, output, signal }) {
		const steps = Math.max(1, Math.min(100, Math.ceil(seconds)))
		for (let step = 0; step < steps; step++) {
			progress({ activity: 'Sleeping', status: `${step} of ${steps}`, percentComplete: Math.round((step / steps) * 100) })
			await wait((seconds / steps) * 1000, undefined, { signal })
		}
		progress({ activity: 'Sleeping', status: `${steps} of ${steps}`, percentComplete: 100 })
		output(`Slept ${seconds} s.`)
	},
})
