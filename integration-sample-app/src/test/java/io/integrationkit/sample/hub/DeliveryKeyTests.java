package io.integrationkit.sample.hub;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class DeliveryKeyTests {

    private final JsonMapper json = new JsonMapper();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'repository':{'full_name':'a/b'},'organization':{'login':'a'},'sender':{'login':'s'}} | a/b",
                "{'organization':{'login':'a'},'installation':{'id':7},'sender':{'login':'s'}}           | a",
                "{'installation':{'id':7},'sender':{'login':'s'}}                                        | 7",
                "{'sender':{'login':'s'}}                                                                | s",
                "{'repository':null,'organization':{'login':''},'sender':{'login':'s'}}                  | s",
                "{'repository':'a/b','sender':{'login':'s'}}                                             | s",
                "{'repository':{'full_name':{'nested':1}},'sender':{'login':'s'}}                        | s",
                "{'security_advisory':{}}                                                                | ping",
                "{'repository':{'full_name':'日本/リポ'}}                                                  | 日本/リポ"
            })
    void isTheNarrowestThingTheEventIsAbout(String body, String key) {
        assertThat(DeliveryKey.of("ping", this.json.readTree(body.replace('\'', '"'))))
                .isEqualTo(key);
    }
}
