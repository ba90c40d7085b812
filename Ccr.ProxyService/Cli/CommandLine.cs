using System.CommandLine;
using System.CommandLine.Help;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Cli;

/// <summary>The command line: one verb per file, each of which returns its command from <c>Create</c>.</summary>
internal static class CommandLine
{
    /// <summary>All verbs, in the order of the help.</summary>
    public static Command[] CreateVerbs() =>
    [
        StartVerb.Create(),
        StopVerb.Create(),
        RestartVerb.Create(),
        StatusVerb.Create(),
        ValidateVerb.Create(),
        KeyVerb.Create(),
        VersionVerb.Create(),
    ];

    /// <summary>Runs one command line and returns its exit code. Faults become one line on stderr, never a stack trace.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            if (ServiceMode.Applies(args, Environment.GetEnvironmentVariable))
            {
                return await StartVerb.RunServiceAsync(args);
            }

            var parsed = CreateRoot().Parse(args);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
            {
                return Fail($"{UsageFault(parsed)} (see ccr --help)", ExitCode.Usage);
            }

            // The host handles SIGINT and SIGTERM itself and drains streams for longer than this library would wait.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (ConfigurationException fault)
        {
            return Fail(fault);
        }
        catch (Exception fault)
        {
            return Fail(Shown.Plain((fault is AggregateException ? fault.GetBaseException() : fault).Message, 500));
        }
    }

    /// <summary>Says why on one line of stderr.</summary>
    public static int Fail(string message, int exitCode = ExitCode.Failed)
    {
        Console.Error.WriteLine($"ccr: {message}");
        return exitCode;
    }

    /// <summary>Says what is wrong with a configuration: a line per problem.</summary>
    public static int Fail(ConfigurationException fault)
    {
        foreach (var problem in fault.Problems.Where(p => p.IsError))
        {
            // A missing file is the whole story; where in it a problem is, is not.
            var alone = problem is { Line: 0, Path: "" } && problem.Message.Contains(fault.ConfigSource, StringComparison.Ordinal);
            Console.Error.WriteLine(alone ? $"ccr: {problem.Message}" : problem.Describe(fault.ConfigSource));
        }

        return ExitCode.Failed;
    }

    private static RootCommand CreateRoot()
    {
        var root = new RootCommand("CCR, a router between coding agents and model providers.");
        foreach (var option in root.Options.OfType<VersionOption>())
        {
            option.Aliases.Add("-v");
            option.Action = new VersionVerb.Print();
        }

        foreach (var verb in CreateVerbs())
        {
            root.Subcommands.Add(verb);
        }

        root.SetAction(_ => Fail("say what to do, for instance ccr start (see ccr --help)", ExitCode.Usage));
        return root;
    }

    private static string UsageFault(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var unknown, ..])
        {
            return parsed.Errors[0].Message.TrimEnd('.');
        }

        var command = parsed.CommandResult.Command;
        var known = command.Subcommands.Select(c => c.Name).Concat(command.Options.Select(o => o.Name));
        return $"{Shown.Quoted(unknown)} is not understood{Suggestion.Clause(unknown, known)}";
    }
}
