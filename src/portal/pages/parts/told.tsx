import { href } from '../route.ts'
import { clockText, timeText } from '../words.ts'

const partPattern = /(?<=\bjob )([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)/

/** A sentence of the runner's, made easy to read: the job that it names is a link, by the end of its id, and instants are the reader's own. */
export function Told({ text }: { text: string }) {
	// Two groups: each part of the text is followed by a job, an instant, or neither.
	const parts = text.split(partPattern)
	return (
		<>
			{parts.map((part, index) => {
				if (part === undefined) return null
				const key = `${index}${part}`
				if (index % 3 === 0) return part
				if (index % 3 === 1)
					return (
						<a key={key} href={href('jobs', part)} title={part}>
							…{part.slice(-6)}
						</a>
					)
				return (
					<time key={key} dateTime={part} title={timeText(part)}>
						{clockText(new Date(part))}
					</time>
				)
			})}
		</>
	)
}
