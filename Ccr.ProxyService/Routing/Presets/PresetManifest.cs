using System.Globalization;
using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Routing.Presets;

/// <summary>A manifest of the Node router 2.x as plain configuration: what its user answered put in the place of #{id}.</summary>
internal static class PresetManifest
{
    /// <summary>The template with the manifest's own members over it, answers filled in.</summary>
    public static Json5Object Resolve(Json5Object manifest)
    {
        var answers = manifest.Find("userValues")?.Value as Json5Object;
        var members = new List<Json5Member>();
        foreach (var from in new[] { manifest.Find("template")?.Value as Json5Object, manifest })
        {
            foreach (var member in from?.Members ?? [])
            {
                if (member.Name is "Providers" or "providers" or "Router" or "fallback")
                {
                    members.RemoveAll(m => m.Name == member.Name);
                    members.Add(new(member.Name, member.Line, Fill(member.Value, answers)));
                }
            }
        }

        return new Json5Object(manifest.Line, members);
    }

    private static Json5Value Fill(Json5Value value, Json5Object? answers) => value switch
    {
        Json5Object group => new Json5Object(group.Line, [.. group.Members.Select(m => new Json5Member(m.Name, m.Line, Fill(m.Value, answers)))]),
        Json5Array list => new Json5Array(list.Line, [.. list.Items.Select(i => Fill(i, answers))]),
        Json5String text when text.Text.Contains("#{", StringComparison.Ordinal) => Fill(text, answers),
        _ => value,
    };

    private static Json5Value Fill(Json5String text, Json5Object? answers)
    {
        var result = text.Text;
        foreach (var answer in answers?.Members ?? [])
        {
            var mark = $"#{{{answer.Name}}}";
            if (result == mark)
            {
                return answer.Value;
            }

            result = result.Replace(mark, Word(answer.Value), StringComparison.Ordinal);
        }

        return new Json5String(text.Line, result);
    }

    private static string Word(Json5Value value) => value switch
    {
        Json5String text => text.Text,
        Json5Number number => number.Number.ToString(CultureInfo.InvariantCulture),
        Json5Boolean flag => flag.IsTrue ? "true" : "false",
        _ => "",
    };
}
