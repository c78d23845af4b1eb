using System.Text.Json;
using System.Text.Json.Serialization;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Domain;

namespace PatchOps.Adapters.Policies;

/// <summary>The table of environmental metrics as policy writes it: three tables of pieces of a vector.</summary>
internal sealed class CvssContextConverter : JsonConverter<CvssContextTable>
{
    public override CvssContextTable Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var tables = JsonSerializer.Deserialize<Tables>(ref reader, options) ?? new Tables();
        try
        {
            return new CvssContextTable(tables.Criticality, tables.Sensitivity, tables.Exposure);
        }
        catch (FailureException e)
        {
            throw new JsonException(e.Failure.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, CvssContextTable value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, new Tables
    {
        Criticality = Pieces(Enumerable.Range(1, 5), c => value.For(c, null, null)),
        Sensitivity = Pieces(Enum.GetValues<DataSensitivity>(), s => value.For(null, s, null)),
        Exposure = Pieces(Enum.GetValues<AssetExposure>(), e => value.For(null, null, e)),
    }, options);

    private static Dictionary<T, string> Pieces<T>(IEnumerable<T> keys, Func<T, CvssContext> context) where T : notnull =>
        keys.Select(k => (Key: k, Context: context(k))).Where(p => !p.Context.IsEmpty).ToDictionary(p => p.Key, p => p.Context.ToString());

    internal sealed record Tables
    {
        public Dictionary<int, string> Criticality { get; init; } = [];

        public Dictionary<DataSensitivity, string> Sensitivity { get; init; } = [];

        public Dictionary<AssetExposure, string> Exposure { get; init; } = [];
    }
}
