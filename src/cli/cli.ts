// The command line: arguments and choice of command. What goes wrong anywhere is put into words here, and becomes an exit code.
import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import type { CommandContext } from './command-context.ts'
import { auditCommand } from './commands/audit.ts'
import { addCompletion } from './commands/completion.ts'
import { credentialCommand } from './commands/credential.ts'
import { importCommand } from './commands/import.ts'
import { initCommand } from './commands/init.ts'
import { jobCommand } from './commands/job.ts'
import { jobScheduleCommand } from './commands/job-schedule.ts'
import { loginCommand } from './commands/login.ts'
import { runbookCommand } from './commands/runbook.ts'
import { runnerCommand } from './commands/runner.ts'
import { scheduleCommand } from './commands/schedule.ts'
import { secretKeyCommand } from './commands/secret-key.ts'
import { storageCommand } from './commands/storage.ts'
import { tokenCommand } from './commands/token.ts'
import { variableCommand } from './commands/variable.ts'
import { webhookCommand } from './commands/webhook.ts'
import { exitCodes, failureOf } from './failure.ts'
import { Terminal } from './terminal.ts'

// biome-ignore lint/style/noProcessEnv: the one reading of the environment
const environment = process.env
const { stdin, stdout, stderr } = process
const terminal = new Terminal({ stdin, stdout, stderr, environment })
const words = process.argv.slice(2)
const groups = [
	...[webhookCommand, jobCommand, runbookCommand, scheduleCommand, jobScheduleCommand],
	...[variableCommand, credentialCommand, secretKeyCommand, tokenCommand, auditCommand, runnerCommand, storageCommand],
]
const listed = ['webhook', 'job', 'runbook', 'schedule', 'job-schedule', 'variable', 'credential', 'token']
const group = listed.find((name) => words.includes(name))
const context: CommandContext = { terminal, environment, now: Date.now, about: { group } }

// Whoever reads the result may have enough of it.
stdout.on('error', (error: NodeJS.ErrnoException) => {
	if (error.code === 'EPIPE') process.exit()
	throw error
})
await run()
// What was asked for names may go on for minutes, and nobody waits for it.
if (words[0] === 'complete') stdout.write('', () => process.exit())

async function run(): Promise<void> {
	const program = commands()
	try {
		await addCompletion(program, context, words)
		await program.parseAsync(words, { from: 'user' })
	} catch (error) {
		if (error instanceof CommanderError) {
			// It has said what is wrong; without a command, help is what was asked for.
			process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
			return
		}
		const { exitCode, message, hint } = failureOf(error, context.about)
		terminal.note(`${terminal.paintNote('red', 'Error:')} ${message}`)
		if (hint) terminal.note(hint)
		process.exitCode = exitCode
	}
}

function commands(): Command {
	const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
	const program = new Command('runhook')
		.description('Runs TypeScript runbooks on a Runhook server, and manages Automation accounts of Azure with the same commands.')
		.version(version)
		.option('--endpoint <url>', 'the server; RUNHOOK_ENDPOINT, else what login kept, else http://127.0.0.1:8080')
		.option('--azure', 'the endpoint is Azure: sign in with @azure/identity')
		.option('--subscription <id>', 'subscription of the account; RUNHOOK_SUBSCRIPTION_ID')
		.option('--resource-group <name>', 'resource group of the account; RUNHOOK_RESOURCE_GROUP')
		.option('--account <name>', 'name of the account; RUNHOOK_ACCOUNT')
		.addOption(new Option('--output <form>', 'a table is for people (default on a terminal), json for programs').choices(['table', 'json']))
		.addHelpText('after', '\nExit codes: 0 done or Completed, 1 Failed or refused, 2 usage, 3 Stopped or Suspended, 4 unreachable.')
		.exitOverride()
		.configureHelp({ showGlobalOptions: true })
		.showHelpAfterError('Run it with --help to see what it takes.')
	for (const command of [...groups, loginCommand, initCommand, importCommand]) program.addCommand(command(context))
	inherit(program)
	return program
}

/** Settings of the program hold for its commands, too: commander copies them only to those that it makes itself. */
function inherit(parent: Command): void {
	for (const command of parent.commands) {
		command.copyInheritedSettings(parent)
		inherit(command)
	}
}
