import winston from 'winston'

/** A logger of one part of the runner. Fields such as jobId, webhookName and runbookName stand beside the message. */
export type Log = {
	error(message: string, fields?: LogFields): void
	warn(message: string, fields?: LogFields): void
	info(message: string, fields?: LogFields): void
	debug(message: string, fields?: LogFields): void
	/** A logger whose lines carry the name of a part. */
	part(name: string): Log
}

export type LogLevel = Exclude<keyof Log, 'part'>

export type LogFields = Record<string, string | number | boolean | null | undefined>

/** Opens the log: one line an event, on standard error, so that standard output stays for what people asked for. */
export function openLog(options: { level: LogLevel; format: 'text' | 'json' }): Log {
	const { combine, timestamp, json, printf } = winston.format
	const line = options.format === 'json' ? json() : printf(textLine)
	const logger = winston.createLogger({
		level: options.level,
		format: combine(redact(), timestamp(), line),
		transports: [new winston.transports.Console({ stderrLevels: Object.keys(winston.config.npm.levels) })],
	})
	return wrap(logger)
}

function wrap(logger: winston.Logger): Log {
	// winston formats a line before it looks at its level: for what is said in every request that costs more than the rest of the request.
	const say = (level: LogLevel) => (message: string, fields?: LogFields) =>
		void (logger.isLevelEnabled(level) && logger.log(level, message, fields))
	return {
		error: say('error'),
		warn: say('warn'),
		info: say('info'),
		debug: say('debug'),
		part: (name) => wrap(logger.child({ part: name })),
	}
}

function textLine({ timestamp, level, part, message, ...fields }: Record<string, unknown>): string {
	const rest = Object.entries(fields).map(
		([key, value]) => `${key}=${typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value)}`,
	)
	return [timestamp, String(level).padEnd(5), `${part ? `${part}: ` : ''}${message}`, ...rest].join(' ')
}

/** What looks like a secret, whichever text it came in with: tokens in queries, bearer headers, signatures of poll URLs. */
const secrets: [RegExp, string][] = [
	[/([?&](?:token|sig|code|key|t|c|s|h|access_token|client_secret)=)[^&\s"']+/gi, '$1***'],
	[/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 ***'],
	// Access tokens, and what Entra ID signs.
	[/\brunhook_[\w-]{43}/g, '***'],
	[/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '***'],
]

/** The text with everything that looks like a secret replaced by `***`. */
export function redactText(text: string): string {
	return secrets.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text)
}

const redact = winston.format((info) => {
	for (const key of Object.keys(info)) if (typeof info[key] === 'string') info[key] = redactText(info[key])
	return info
})
