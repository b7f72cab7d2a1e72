import { prettyText } from '../words.ts'
import { Table } from './table.tsx'

type WebhookData = { RequestHeader: Record<string, string>; RequestBody: string }

/** undefined where a runbook declares WebhookData as something else, and somebody started it with that. */
function callOf(text: string): WebhookData | undefined {
	try {
		const read = JSON.parse(text) as Partial<WebhookData> | null
		if (read === null || typeof read !== 'object') return undefined
		const { RequestHeader, RequestBody = '' } = read
		return typeof RequestBody === 'string' ? { RequestHeader: RequestHeader ?? {}, RequestBody } : undefined
	} catch {
		return undefined
	}
}

/** What went in: the values of the parameters, and the call where one started it. */
export function JobInput({ parameters }: { parameters: Record<string, string> }) {
	const { WebhookData: call, ...values } = parameters
	return (
		<>
			<h2>Parameters</h2>
			<Table
				label="Parameters"
				columns={[
					{ title: 'Name', cell: ([name]) => name },
					{ title: 'Value', cell: ([, value]) => <pre class="value">{prettyText(value)}</pre> },
				]}
				rows={Object.entries(values)}
				keyOf={([name]) => name}
				empty="No values are given."
			/>
			{call !== undefined && <Call text={call} />}
		</>
	)
}

function Call({ text }: { text: string }) {
	const call = callOf(text)
	return (
		<>
			<h2>WebhookData</h2>
			{call && (
				<>
					<Headers of={call.RequestHeader} />
					<h3>RequestBody</h3>
				</>
			)}
			<pre class="text">{prettyText(call?.RequestBody ?? text) || '(empty)'}</pre>
		</>
	)
}

/** The headers of a call. */
export function Headers({ of }: { of: Record<string, string> }) {
	return (
		<Table
			label="Headers"
			columns={[
				{ title: 'Header', cell: ([name]) => name },
				{ title: 'Value', cell: ([, value]) => <pre class="value">{value}</pre> },
			]}
			rows={Object.entries(of)}
			keyOf={([name]) => name}
			empty="There were no headers."
		/>
	)
}
