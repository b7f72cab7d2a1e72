/** The text of a runbook's file: what its `run` does, what it declares, and what stands before it. */
export function runbookText(body: string, { declares = '', head = '' }: { declares?: string; head?: string } = {}): string {
	return `import { defineRunbook, WebhookData, z } from 'runhook'
${head}
export default defineRunbook({
	${declares}
	async run({ parameters, job, signal, output, warning, error, verbose, debug, progress, state, variable, setVariable, credential, azure }: any) {
		${body}
	},
})
`
}
