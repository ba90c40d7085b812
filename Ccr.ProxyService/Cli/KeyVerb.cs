using System.CommandLine;
using System.Text.Json;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Keys;

namespace Ccr.ProxyService.Cli;

/// <summary><c>ccr key …</c>: virtual keys, by the running router or, where none runs, in its folder.</summary>
internal static class KeyVerb
{
    /// <summary>The command.</summary>
    public static Command Create() => new("key", "Make, show, change and delete virtual keys.")
    {
        Making("create", "Make a key; it is shown this once.", isNew: true),
        Listing(),
        About("show", "Show a key and how it stands.", static (desk, id, token) => desk.SendAsync(HttpMethod.Get, id, null, token)),
        Making("update", "Change a key; what is not named stays.", isNew: false),
        About("disable", "Refuse a key for now.", static (desk, id, token) => desk.SendAsync(HttpMethod.Patch, id, """{"disabled":true}""", token)),
        About("enable", "Take a disabled key again.", static (desk, id, token) => desk.SendAsync(HttpMethod.Patch, id, """{"disabled":false}""", token)),
        About("delete", "Delete a key for good.", static (desk, id, token) => desk.SendAsync(HttpMethod.Delete, id, null, token)),
        About("rotate", "Put a new key in the place of the old one; it is shown this once.", static (desk, id, token) => desk.SendAsync(HttpMethod.Post, id + "/rotate", null, token)),
    };

    private static Command Making(string name, string description, bool isNew)
    {
        var id = new Argument<string>("ID") { Description = "The key's id or name" };
        var options = new KeyOptions(isNew);
        var (host, port, json) = Common();
        var command = new Command(name, description);
        if (!isNew)
        {
            command.Arguments.Add(id);
        }

        foreach (var option in options.All.Concat<Option>([host, port, json]))
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, token) =>
        {
            var change = options.ToJson(parsed);
            if (KeyOptions.Fault(change) is { } fault)
            {
                return CommandLine.Fail(fault, ExitCode.Usage);
            }

            return await RunAsync(parsed.GetValue(host), parsed.GetValue(port), parsed.GetValue(json), desk => isNew
                ? desk.SendAsync(HttpMethod.Post, "", change, token)
                : desk.SendAsync(HttpMethod.Patch, parsed.GetValue(id)!, change, token), token);
        });
        return command;
    }

    private static Command About(string name, string description, Func<KeyDesk, string, CancellationToken, Task<KeyReport>> work)
    {
        var id = new Argument<string>("ID") { Description = "The key's id or name" };
        var (host, port, json) = Common();
        var command = new Command(name, description) { id, host, port, json };
        command.SetAction((parsed, token) => RunAsync(parsed.GetValue(host), parsed.GetValue(port), parsed.GetValue(json), desk => work(desk, parsed.GetValue(id)!, token), token));
        return command;
    }

    private static Command Listing()
    {
        var (host, port, json) = Common();
        var command = new Command("list", "List all keys.") { host, port, json };
        command.SetAction((parsed, token) => WithDeskAsync(parsed.GetValue(host), parsed.GetValue(port), async desk =>
        {
            var list = await desk.ListAsync(token);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(list, KeyJsonIndented.Default.KeyListReport));
            }
            else
            {
                KeyText.Write(list, Console.Out);
            }
        }, token));
        return command;
    }

    private static Task<int> RunAsync(string? host, int? port, bool asJson, Func<KeyDesk, Task<KeyReport>> work, CancellationToken cancellationToken) => WithDeskAsync(host, port, async desk =>
    {
        var report = await work(desk);
        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, KeyJsonIndented.Default.KeyReport));
        }
        else
        {
            KeyText.Write(report, Console.Out);
        }
    }, cancellationToken);

    private static async Task<int> WithDeskAsync(string? host, int? port, Func<KeyDesk, Task> work, CancellationToken cancellationToken)
    {
        var (entry, fault) = host is null ? Instance.Choose(port) : (null, null);
        if (fault is not null)
        {
            return CommandLine.Fail(fault);
        }

        if (host is not null && port is null)
        {
            return CommandLine.Fail("--host needs --port", ExitCode.Usage);
        }

        var address = entry?.Address ?? (port is null ? null : ListenHost.Reachable(host ?? ListenHost.Default, port.Value));
        if (address is null && Environment.GetEnvironmentVariable("ConnectionStrings__redis") is { Length: > 0 })
        {
            return CommandLine.Fail("the keys are in Redis, which a running router is asked for, and none runs here; start one, or name one with --host and --port");
        }

        try
        {
            using var desk = address is null ? KeyDesk.OfFiles() : KeyDesk.Of(address, entry?.ConfigPath);
            await work(desk);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is KeyInputException or KeyStoreException)
        {
            return CommandLine.Fail(e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return CommandLine.Fail($"{address!.AbsoluteUri.TrimEnd('/')} does not answer as ccr does: {e.GetBaseException().Message}");
        }
    }

    private static (Option<string?> Host, Option<int?> Port, Option<bool> Json) Common() => (
        CommonOptions.Host("Host of the router, with --port, for one that ccr start did not start here"),
        CommonOptions.Port("Port of the router"),
        new("--json") { Description = "Print JSON" });
}
