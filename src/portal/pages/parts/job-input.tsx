import { prettyText } from '../words.ts'
import { Table } from './table.tsx'

type WebhookData = { WebhookName?: string; RequestHeader?: Record<string, string>; RequestBody?: string }

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
	const { RequestHeader = {}, RequestBody = '' } = JSON.parse(text) as WebhookData
	return (
		<>
			<h2>WebhookData</h2>
			<Headers of={RequestHeader} />
			<h3>RequestBody</h3>
			<pre class="text">{prettyText(RequestBody) || '(empty)'}</pre>
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
				{ title: 'Value', cell: ([, value]) => <code>{value}</code> },
			]}
			rows={Object.entries(of)}
			keyOf={([name]) => name}
			empty="There were no headers."
		/>
	)
}
