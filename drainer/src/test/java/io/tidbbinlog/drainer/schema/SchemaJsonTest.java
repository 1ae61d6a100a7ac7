package io.tidbbinlog.drainer.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.TableInfo;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SchemaJsonTest {
  @Test
  void readsTheJobOfTheSpecification() {
    DdlJob job =
        SchemaJson.job(
            bytes(
                "{'id':100,'type':3,'schema_id':45,'table_id':47,'schema_name':'d','state':6,"
                    + "'err':null,'raw_args':[],'schema_state':5,'start_ts':430000000000000000,"
                    + "'query':'create table t(id int primary key)','binlog':{'SchemaVersion':33,"
                    + "'DBInfo':null,'TableInfo':{'id':47,'name':{'O':'T','L':'t'},"
                    + "'pk_is_handle':true},'FinishedTS':430000000131072000},'version':0,"
                    + "'multi_schema_info':null,'priority':0}"));
    assertThat(job.id()).isEqualTo(100);
    assertThat(job.startTs()).isEqualTo(430000000000000000L);
    assertThat(job.finishedTs()).isEqualTo(430000000131072000L);
    assertThat(job.schemaVersion()).isEqualTo(33);
    assertThat(job.succeeded()).isTrue();
    TableInfo table = Objects.requireNonNull(job.tableInfo());
    assertThat(table.name()).isEqualTo("T");
    assertThat(table.pkIsHandle()).isTrue();
    assertThat(job.dbInfo()).isNull();
  }

  @Test
  void namesComeInAnyLetterCaseAndAsPlainText() {
    TableInfo table =
        SchemaJson.table(
            bytes(
                "{'ID':47,'NAME':'plain','Cols':[{'Id':1,'name':{'O':'Ab','L':'ab'},"
                    + "'Type':{'tp':15,'flag':1,'FLEN':10,'decimal':-1,'charset':'utf8mb4',"
                    + "'elems':null},'State':5,'from_the_future':[1,{}]}],'index_info':null}"));
    assertThat(table.id()).isEqualTo(47);
    assertThat(table.name()).isEqualTo("plain");
    ColumnInfo column = table.columns().get(0);
    assertThat(column.name()).isEqualTo("Ab");
    assertThat(column.type().code()).isEqualTo(FieldType.VARCHAR);
    assertThat(column.type().flen()).isEqualTo(10);
    assertThat(column.type().isNotNull()).isTrue();
    assertThat(column.isPublic()).isTrue();
  }

  @Test
  void defaultsAreTextNumberOrBytes() {
    TableInfo table =
        SchemaJson.table(
            bytes(
                "{'id':1,'name':'t','cols':[{'id':1,'origin_default':7,'default':'x'},"
                    + "{'id':2,'origin_default':'*','origin_default_bit':'Kg==',"
                    + "'type':{'Tp':16}},{'id':3,'type':{'Tp':3,'Array':true}}]}"));
    assertThat(table.columns().get(0).originDefault()).isEqualTo("7");
    assertThat(table.columns().get(0).defaultValue()).isEqualTo("x");
    assertThat(table.columns().get(1).originDefaultBit()).containsExactly(42);
    assertThat(table.columns().get(1).defaultValue()).isNull();
    assertThat(table.columns().get(2).type().code()).isEqualTo(FieldType.JSON);
  }

  @Test
  void aJobWithoutResultIsNoError() {
    DdlJob job = SchemaJson.job(bytes("{'id':5,'type':62,'state':6}"));
    assertThat(job.tableInfo()).isNull();
    assertThat(job.schemaVersion()).isZero();
  }

  @Test
  void otherBytesAreNotUnderstood() {
    assertThatThrownBy(() -> SchemaJson.job(bytes("[1]")))
        .isInstanceOfSatisfying(
            BinlogException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DDL_NOT_UNDERSTOOD));
    assertThatThrownBy(() -> SchemaJson.table(bytes("{'id':"))).isInstanceOf(BinlogException.class);
    assertThatThrownBy(() -> SchemaJson.database(new byte[0])).isInstanceOf(BinlogException.class);
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }
}
