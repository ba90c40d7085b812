using System.CommandLine;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Cli;

/// <summary><c>ccr validate</c>: reads the configuration and says everything that is wrong with it.</summary>
internal static class ValidateVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var config = CommonOptions.Config();
        var command = new Command("validate", "Check the configuration and print every problem with its line.") { config };
        command.SetAction(parsed => Run(ConfigLocation.Find(parsed.GetValue(config), Environment.GetEnvironmentVariable)));
        return command;
    }

    private static int Run(ConfigLocation location)
    {
        var result = location.Load(Environment.GetEnvironmentVariable);
        var source = result.Config?.Source ?? location.Path;
        foreach (var problem in result.Problems.Where(p => p is not { IsError: true, Line: 0, Path: "" }))
        {
            Console.WriteLine(problem.Describe(source));
        }

        if (result.Config is not { } config)
        {
            var whole = result.Problems.FirstOrDefault(p => p is { IsError: true, Line: 0, Path: "" });
            return whole is null
                ? CommandLine.Fail($"{source} cannot be used: {Count(result.Problems.Count(p => p.IsError), "error")}")
                : CommandLine.Fail(new ConfigurationException(location.Path, [whole]));
        }

        foreach (var provider in config.Providers)
        {
            var state = provider.DisabledReason is { } reason ? $"disabled: {reason}"
                : $"{provider.BaseUrl.GetLeftPart(UriPartial.Path)} ({Title(provider.Protocol)}, {Count(provider.Models.Count, "model")})";
            Console.WriteLine($"  {Shown.Plain(provider.Name, 80)}: {state}");
        }

        Console.WriteLine($"✓ {Count(config.Providers.Count, "provider")}, {Count(config.Router.RouteCount, "route")}");
        return ExitCode.Ok;
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string Title(Dialect dialect) => dialect switch
    {
        Dialect.Anthropic => "Anthropic",
        Dialect.OpenAIChat => "OpenAI chat",
        Dialect.OpenAIResponses => "OpenAI responses",
        _ => "Gemini",
    };
}
