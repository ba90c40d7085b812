using Ccr.TokenizerService.Hosting;

namespace Ccr.TokenizerService;

internal static class Program
{
    private const int BadSettings = 2;

    private static async Task<int> Main(string[] args)
    {
        try
        {
            var app = TokenizerHost.Build(args);
            await using (app.ConfigureAwait(false))
            {
                await app.RunAsync().ConfigureAwait(false);
                return 0;
            }
        }
        catch (Exception e) when (e is SettingException or IOException)
        {
            // A bad setting, or an address that is taken: one line that names it.
            await Console.Error.WriteLineAsync("tokenizer: " + e.Message).ConfigureAwait(false);
            return BadSettings;
        }
    }
}
