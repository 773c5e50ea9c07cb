package io.integrationkit.listener;

import io.integrationkit.call.PayloadCodec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.support.serializer.DeserializationException;

/** Makes bytes of what a consumer made of bytes. */
final class RecordBytes {

    private final PayloadCodec codec;

    RecordBytes(PayloadCodec codec) {
        this.codec = codec;
    }

    /** As it came, where Kafka itself knows the type; JSON otherwise. */
    byte @Nullable [] of(ConsumerRecord<?, ?> received, @Nullable Object decoded) {
        if (decoded == null || decoded instanceof byte[]) {
            return (byte[]) decoded;
        }
        if (decoded instanceof DeserializationException undecodable) {
            return undecodable.getData();
        }
        if (decoded instanceof CharSequence text) {
            return bytes(received, text.toString());
        }
        byte[] known = bytes(received, decoded);
        return (known != null) ? known : this.codec.write(decoded);
    }

    @SuppressWarnings("unchecked")
    private static byte @Nullable [] bytes(ConsumerRecord<?, ?> received, Object decoded) {
        try (Serializer<Object> serializer =
                (Serializer<Object>) Serdes.serdeFrom(decoded.getClass()).serializer()) {
            return serializer.serialize(received.topic(), decoded);
        } catch (IllegalArgumentException unknownType) {
            return null;
        }
    }
}
