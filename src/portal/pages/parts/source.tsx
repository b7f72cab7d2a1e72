/** What TypeScript is made of, as far as a reader is helped by colour. The order tells: a keyword in a comment is no keyword. */
const pieces =
	/(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`)|(?<keyword>\b(?:as|async|await|break|case|catch|class|const|continue|default|else|export|false|finally|for|from|function|if|import|in|instanceof|interface|let|new|null|of|return|satisfies|switch|this|throw|true|try|type|typeof|undefined|while|yield)\b)|(?<number>\b\d[\d_.]*\b)/g

/** The text of a runbook, coloured. */
export function Source({ text }: { text: string }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
		<section class="source-frame" tabIndex={0} aria-label="Source">
			<pre class="source">{[...coloured(text)]}</pre>
		</section>
	)
}

function* coloured(text: string) {
	let from = 0
	for (const match of text.matchAll(pieces)) {
		yield text.slice(from, match.index)
		const [kind] = Object.entries(match.groups!).find(([, piece]) => piece !== undefined)!
		yield (
			<span key={match.index} class={kind}>
				{match[0]}
			</span>
		)
		from = match.index + match[0].length
	}
	yield text.slice(from)
}
