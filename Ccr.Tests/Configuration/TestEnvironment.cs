using Ccr.ProxyService.Configuration;

namespace Ccr.Tests.Configuration;

/// <summary>Shorthand for reading configuration texts with chosen environment variables.</summary>
internal static class TestEnvironment
{
    public static Func<string, string?> None { get; } = _ => null;

    public static Func<string, string?> With(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(v => v.Name == name).Value;

    public static ConfigResult Read(string text, params (string Name, string Value)[] variables) =>
        ConfigReader.Read("config.json", text, With(variables));

    public static CcrConfig ReadValid(string text, params (string Name, string Value)[] variables)
    {
        var result = Read(text, variables);
        Assert.True(result.Config is not null, string.Join('\n', result.Problems));
        return result.Config;
    }
}
