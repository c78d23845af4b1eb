using PatchOps.Domain;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PatchOps.Adapters.Providers.Scripts;

/// <summary>Reads a provider's manifest: YAML with a name and one script for each step. Unknown keys are refused with their line.</summary>
internal static class ProviderManifest
{
    private static readonly string[] Needed = ["name", "detect", "apply", "verify", "revert"];

    /// <exception cref="FailureException"><c>PathNotFound</c>, <c>ProviderManifestInvalid</c>.</exception>
    public static (ProviderScripts Scripts, string Description) Read(string path)
    {
        if (!File.Exists(path)) throw new FailureException("PathNotFound", FailureKind.NotFound, $"The manifest '{path}' does not exist.", path, "Check -Manifest.");
        try
        {
            using var reader = File.OpenText(path);
            var stream = new YamlStream();
            stream.Load(reader);
            if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode map) throw Invalid(path, 1, "it is no list of keys");
            var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var (key, value) in map.Children)
            {
                var name = (key as YamlScalarNode)?.Value ?? "";
                if (name.ToUpperInvariant() is not ("NAME" or "DESCRIPTION" or "SHELL" or "DETECT" or "PRECHECK" or "STAGE" or "APPLY" or "VERIFY" or "REVERT")) throw Invalid(path, key.Start.Line, $"the key '{name}' is not known");
                if (value is not YamlScalarNode { Value: { } text }) throw Invalid(path, value.Start.Line, $"'{name}' is no text");
                values[name] = text;
            }
            foreach (var needed in Needed)
                if (string.IsNullOrWhiteSpace(values.GetValueOrDefault(needed))) throw Invalid(path, map.Start.Line, $"'{needed}' is missing");
            if (!IsName(values["name"])) throw Invalid(path, 1, $"'{values["name"]}' is no name: 1 to 40 letters, digits, dots, dashes or underscores");
            var shell = values.GetValueOrDefault("shell", "sh").ToUpperInvariant() switch
            {
                "SH" => ScriptShell.Sh,
                "POWERSHELL" => ScriptShell.PowerShell,
                var other => throw Invalid(path, 1, $"the shell '{other}' is none of sh and powershell"),
            };
            return (new ProviderScripts
            {
                Name = values["name"], Shell = shell, Detect = values["detect"], PreCheck = values.GetValueOrDefault("precheck"), Stage = values.GetValueOrDefault("stage"),
                Apply = values["apply"], Verify = values["verify"], Revert = values["revert"],
            }, values.GetValueOrDefault("description", ""));
        }
        catch (YamlException e)
        {
            throw Invalid(path, e.Start.Line, e.InnerException?.Message ?? e.Message);
        }
        catch (IOException e)
        {
            throw Invalid(path, 0, e.Message);
        }
    }

    public static bool IsName(string name) => name.Length is > 0 and <= 40 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static FailureException Invalid(string path, long line, string reason) =>
        new("ProviderManifestInvalid", FailureKind.InvalidInput, line > 0 ? $"{path}, line {line}: {reason}." : $"{path}: {reason}", path, "Correct the manifest: docs/providers.md has an example.");
}
